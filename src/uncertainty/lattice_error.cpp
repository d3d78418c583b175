#include "uncertainty/lattice_error.hpp"

#include <fmt/format.h>

#include <cmath>

#include "observations/change.hpp"
#include "scores/score.hpp"
#include "uncertainty/moved.hpp"

namespace mollis::uncertainty {
namespace {

constexpr double seen = 0.75;          ///< of the lattice's error, by half the step

/// Whether the states change more between two times than their data allow.
bool is_coarse(problem::Problem const& problem, estimate::Estimate const& estimate) {
  bool coarse = false;
  for (std::size_t s = 0; s < estimate.states.size(); ++s)
    if (!problem.states[s].unobserved)
      coarse = observations::change_between_times(problem.grid, estimate.states[s], 0.0) >
                   observations::allowed_change(problem.grid, problem.states[s]) ||
               coarse;
  return coarse;
}

}  // namespace

void add_lattice_error(problem::Problem const& problem, estimate::Estimate const& estimate, estimate::Estimator& estimator,
                       problem::Finer const& finer, Index steps, Uncertainty& uncertainty) {
  if (!uncertainty.computed || estimate.penalty.empty() || !finer.make || !is_coarse(problem, estimate)) return;
  problem.progress.say("sure  the states change a lot from one time to the next: again with half the steps, for what the lattice bends");
  auto const again = finer.make(2 * steps, {steps, estimate.noise, estimate.smoothness, estimate.penalty}).with_method(problem.settings.inversion.method);
  estimate::Choices choices;
  choices.mollifier = again.settings.mollifier;
  choices.start = petsc::copy_of(estimate.parameters);
  run::Stages stages;
  auto const other = estimator.estimate(again, choices, stages);
  if (!other.failure.empty()) {
    uncertainty.computed = false;
    uncertainty.why_not = "the fit with half the time steps, which shows the lattice's error, broke down";
    return;
  }
  auto const& space = problem.space();
  auto const here = space.scatter(estimate.parameters), there = again.space().scatter(other.parameters);
  for (std::size_t p = 0; p < here.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    auto const moved = squares(problem, unknown, here[p], there[p]);
    Bias const of{std::sqrt(moved.core) / seen, std::sqrt(moved.rim) / seen, scores::mean_of(space, unknown, uncertainty.deviation[p], true),
                  size_of(problem, unknown, here[p])};
    auto& all = uncertainty.lattice.at(p);
    all.core = std::hypot(all.core, of.core);
    all.rim = std::hypot(all.rim, of.rim);
    if (std::isfinite(uncertainty.constants.deviation_of(p))) add_bias(problem, p, of, here[p], uncertainty);
  }
}

}  // namespace mollis::uncertainty
