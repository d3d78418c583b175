#include "estimators/joint/standing.hpp"

#include "estimate/kept.hpp"

namespace mollis::joint {
namespace {

/// Calls `each` with the name and the value of everything that is a number; enumerations and truth values are numbers, too.
template <class At, class Found, class Each>
void for_each_number(At& at, Found& found, Each const& each) {
  each("phase", at.phase);
  each("round", at.round);
  each("length", at.length);
  each("descent", at.descent);
  each("arrived", at.arrived);
  each("solved", at.solved);
  each("settled", at.settled);
  each("lost", at.lost);
  each("noisy", at.noisy);
  each("whole", at.whole);
  each("told", at.told);
  each("near", at.near);
  each("shows", at.shows);
  each("stiff", at.stiff);
  each("saddle_failed_at", at.saddle_failed_at);
  each("distance", at.distance);
  each("ahead", at.ahead);
  each("rate", at.rate);
  each("scatter", at.scatter);
  each("raised_by", at.raised_by);
  each("low", at.low);
  each("farthest", at.farthest);
  each("before", at.before);
  each("moved", at.moved);
  each("newton", found.newton);
  each("converged", found.converged);
  each("unsettled", found.unsettled);
  each("objective", found.objective);
  each("gradient", found.gradient);
}

}  // namespace

void put_standing(Standing const& at, Joined const& found, estimate::Quantities& quantities) {
  for_each_number(at, found, [&](char const* name, auto const& value) { quantities.put(name, {static_cast<double>(value)}); });
  std::vector<std::string> phases;
  std::vector<double> trials;
  for (auto const& trial : found.trials) {
    phases.push_back(trial.phase);
    trials.insert(trials.end(), trial.smoothness.begin(), trial.smoothness.end());
    trials.insert(trials.end(), {trial.equation, trial.misfit, trial.freedom, trial.change});
  }
  estimate::put_lines("phases", phases, quantities);
  quantities.put("trials", trials);
}

Standing take_standing(estimate::Quantities const& quantities, std::size_t unknowns, Joined& found) {
  Standing at;
  for_each_number(at, found, [&](char const* name, auto& value) {
    value = static_cast<std::decay_t<decltype(value)>>(quantities.numbers(name).at(0));
  });
  auto value = quantities.numbers("trials").begin();
  for (auto const& phase : estimate::take_lines("phases", quantities)) {
    Trial trial{phase, {}, 0.0, 0.0, 0.0, 0.0};
    for (std::size_t u = 0; u < unknowns; ++u) trial.smoothness.push_back(*value++);
    for (double* const number : {&trial.equation, &trial.misfit, &trial.freedom, &trial.change}) *number = *value++;
    found.trials.push_back(std::move(trial));
  }
  return at;
}

}  // namespace mollis::joint
