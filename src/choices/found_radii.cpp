#include "choices/found_radii.hpp"

namespace mollis::choices {

std::vector<double> numbers_of(FoundRadii const& found) {
  std::vector<double> out{static_cast<double>(found.rung.size()), static_cast<double>(found.narrow.size())};
  out.insert(out.end(), found.rung.begin(), found.rung.end());
  out.insert(out.end(), found.narrow.begin(), found.narrow.end());
  for (auto const& trial : found.trials) {
    out.insert(out.end(), trial.radii.begin(), trial.radii.end());
    out.insert(out.end(), {trial.bias, trial.variance});
  }
  return out;
}

FoundRadii radii_of(std::vector<double> const& numbers, std::size_t axes) {
  auto at = numbers.begin() + 2;
  auto const next = [&](std::size_t count) {
    std::vector<int> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<int>(*at++));
    return out;
  };
  FoundRadii found;
  found.rung = next(static_cast<std::size_t>(numbers[0]));
  found.narrow = next(static_cast<std::size_t>(numbers[1]));
  while (at != numbers.end()) {
    RadiusTrial trial{};
    for (int const radius : next(axes)) trial.radii.push_back(radius);
    trial.bias = *at++;
    trial.variance = *at++;
    found.trials.push_back(std::move(trial));
  }
  return found;
}

}  // namespace mollis::choices
