#include "verdict/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "verdict/checks.hpp"

namespace mollis::verdict {

char const* name_of(Status status) {
  return status == Status::sound ? "sound" : status == Status::doubtful ? "doubtful" : "failed";
}

std::vector<Check> Verdict::reasons() const {
  std::vector<Check> broken;
  std::copy_if(checks.begin(), checks.end(), std::back_inserter(broken), [](Check const& check) { return !check.holds(); });
  return broken;
}

Status Verdict::status() const {
  auto const broken = reasons();
  if (broken.empty()) return Status::sound;
  bool const fatal = std::any_of(broken.begin(), broken.end(), [](Check const& check) { return check.fatal; });
  return fatal ? Status::failed : Status::doubtful;
}

Verdict judge(problem::Problem const& problem, estimate::Choices const& choices, estimate::Estimate const& estimate,
              uncertainty::Uncertainty const& uncertainty) {
  Verdict verdict;
  auto const add = [&](std::vector<Check> checks) {
    for (auto& check : checks) verdict.checks.push_back(std::move(check));
  };
  add(finite(problem, estimate));
  add(converged(estimate));
  add(settled(problem, estimate, uncertainty));
  add(covered(problem, estimate));
  add(inside_ranges(choices, estimate));
  add(inside_bounds(problem, estimate));
  add(noise_as_given(problem, estimate));
  add(noise_of_mollified(problem, estimate));
  add(counted(problem));
  add(without_outliers(problem, estimate));
  add(seen_above_noise(estimate, uncertainty));
  if (estimate.failure.empty()) add(computed(uncertainty));
  if (!uncertainty.asked) {
    add(explained_without_draws(estimate));
    add(unchecked(problem, estimate));
  }
  if (!uncertainty.computed) return verdict;
  add(explained(problem, estimate, uncertainty));
  add(even(problem, estimate, uncertainty));
  add(complete(problem, estimate, uncertainty));
  add(unbiased(problem, uncertainty));
  add(consistent(problem, uncertainty));
  add(fine_enough(problem, uncertainty));
  add(determined(problem, estimate, uncertainty));
  add(states_determined(problem, uncertainty));
  return verdict;
}

std::string describe(Verdict const& verdict) {
  std::string text = fmt::format("verdict: {}", name_of(verdict.status()));
  for (auto const& check : verdict.reasons())
    text += fmt::format("\n  {}: {} ({:.3g}, bound {:.3g}); {}", check.name, check.finding, check.value, check.bound, check.advice);
  return text;
}

}  // namespace mollis::verdict
