#include "choices/time_steps.hpp"

#include <algorithm>
#include <cmath>

#include "estimate/rounding.hpp"
#include "observations/change.hpp"

namespace mollis::choices {
namespace {

constexpr double resolved = 0.7;       ///< of what is allowed
constexpr Index most = 8;

/// The least that splines of the states need to have as many times as their degree.
Index least(problem::Problem const& problem) {
  Index const gaps = problem.grid.axis(0).size() - 1, wanted = problem.settings.joint.spline_degree - 1;
  return gaps < 1 ? 1 : std::max<Index>(1, (wanted + gaps - 1) / gaps);
}

}  // namespace

Index time_steps(problem::Problem const& problem, double share) {
  double excess = 0.0;
  for (auto const& state : problem.states)
    if (!state.points && !state.unobserved)
      excess = std::max(excess, observations::change_between_times(problem.grid, state.data, state.sigma) / observations::allowed_change(problem.grid, state));
  excess = estimate::rounded_weight(excess / share);
  return std::max(least(problem), excess <= 1.0 ? 1 : std::min(most, static_cast<Index>(std::ceil(excess / resolved))));
}

}  // namespace mollis::choices
