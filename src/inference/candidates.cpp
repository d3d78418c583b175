#include "inference/candidates.hpp"

#include <algorithm>

#include "equation/highest_order.hpp"

namespace mollis::inference {
namespace {

bool has_gaps(problem::Problem const& problem) {
  return problem.grid.dimension() > 1 &&
         std::any_of(problem.states.begin(), problem.states.end(), [](auto const& state) { return state.gaps > 0; });
}

/// Whether noise is one number for all data.
bool alike(problem::Problem const& problem) {
  return std::all_of(problem.states.begin(), problem.states.end(), [](auto const& state) { return state.shape.label().empty(); });
}

}  // namespace

bool constants_alone(problem::Problem const& problem) {
  auto const& unknowns = problem.space().unknowns();
  return std::all_of(unknowns.begin(), unknowns.end(), [](auto const& unknown) { return unknown.axes.empty(); });
}

std::vector<Candidate> candidates(problem::Problem const& problem) {
  std::string const mollified = "equation-error", joint = "joint";
  auto const& states = problem.states;
  if (std::any_of(states.begin(), states.end(), [](auto const& state) { return state.points != nullptr; })) return {{joint, "scattered points"}};
  if (std::any_of(states.begin(), states.end(), [](auto const& state) { return state.between; })) return {{joint, "a lattice finer than that of the data"}};
  if (std::any_of(states.begin(), states.end(), [](auto const& state) { return state.means; })) return {{joint, "data that are means over cells"}};
  if (std::any_of(states.begin(), states.end(), [](auto const& state) { return state.unobserved; }))
    return {{joint, "a state that was not observed"}};
  if (std::any_of(states.begin(), states.end(),
                  [](auto const& state) { return state.loss != observations::Loss::gaussian; }))
    return {{joint, "outliers are set aside where states are fitted"}};
  if (std::any_of(states.begin(), states.end(), [](auto const& state) { return state.alike > 1.0; }))
    return {{joint, "noise that neighbours share"}};
  if (problem.weak()) return {{mollified, "serves the weak form"}};
  auto const& unknowns = problem.space().unknowns();
  bool const whole = !unknowns.empty() && static_cast<int>(unknowns.front().axes.size()) == problem.grid.dimension(),
             one = unknowns.size() == 1 && whole && !unknowns.front().jets, high = equation::highest_order(problem.system()) > 2,
             masked = !problem.mask.label().empty();
  if ((masked || has_gaps(problem)) && problem.grid.dimension() > 2 && !one && !high && alike(problem))
    return {{mollified, "parts of three axes or more were not observed, where joint fits may take hours"}, {joint, "no smoothing bias"}};
  if (masked) return {{joint, "a domain that is no box"}, {mollified, "the other way"}};
  if (!alike(problem))
    return {{joint, "noise that varies"}, {mollified, "the other way"}};
  bool const constants = constants_alone(problem), gaps = has_gaps(problem);
  Candidate const weak{mollified, "constants alone, in the weak form, which bends nothing", true};
  if (high && constants && !gaps) return {{joint, "derivatives of high order"}, weak, {mollified, "the other way"}};
  if (high) return {{joint, "derivatives of high order"}, {mollified, "the other way"}};
  if (gaps) return {{joint, "gaps in the data"}, {mollified, "the other way"}};
  if (one) return {{joint, "one field over all axes"}, {mollified, "the other way"}};
  Candidate const first{mollified, "constants, profiles, parameters that are differentiated, or several"}, fitted{joint, "no smoothing bias"};
  if (!constants) return {first, fitted};
  return problem.grid.dimension() > 2 ? std::vector{first, weak, fitted} : std::vector{first, fitted, weak};
}

}  // namespace mollis::inference
