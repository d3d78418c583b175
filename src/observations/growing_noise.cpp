#include "observations/growing_noise.hpp"

#include <algorithm>
#include <cmath>

#include "observations/noise_by_level.hpp"

namespace mollis::observations {
namespace {

/// The most likely sigma^2 = scale (1 - t + t u^2 / mean u^2), over t from 0 to 1.
Growth most_likely(std::vector<Part> const& parts) {
  double mean = 0.0, best = -HUGE_VAL, share = 0.0, scale = 0.0, alike = 0.0;
  for (auto const& part : parts) mean += part.square / static_cast<double>(parts.size());
  auto const at = [&](double t, double& found) {
    std::vector<double> w;
    for (auto const& part : parts) w.push_back(1.0 - t + t * part.square / mean);
    return likelihood(parts, w, found);
  };
  alike = at(0.0, scale);
  constexpr int steps = 600;  // of t / (1 - t), a twentieth each
  for (int k = 0; k <= steps; ++k) {
    double const odds = std::exp(0.05 * (k - steps / 2)), t = odds / (1.0 + odds);
    double found = 0.0;
    double const value = at(t, found);
    if (value > best) {
      best = value;
      share = t;
      scale = found;
    }
  }
  double const free = likelihood_of_any(parts);
  Growth growth;
  growth.law = {std::sqrt(scale * share / mean), std::sqrt(scale * (1.0 - share))};
  growth.evidence = best - alike;
  growth.explained = free > alike ? (best - alike) / (free - alike) : 0.0;
  return growth;
}

double sigma_at(Proportional const& law, double level) { return std::hypot(law.share * level, law.floor); }

}  // namespace

Noise as_given(State const& state, double sigma) {
  double const raised = sigma / state.sigma;
  if (state.counted) return Counts{raised * raised * state.counted->gain, state.counted->offset};
  return state.grows ? Noise{Proportional{raised * state.grows->share, raised * state.grows->floor}} : Noise{sigma};
}

std::optional<Growth> growth_of_noise(grid::Grid const& grid, Field const& data) {
  auto const found = noise_by_level(grid, data);
  if (!found) return std::nullopt;
  auto growth = most_likely(found->parts);
  // The floor is no better known than the variance where levels are least: by its standard error.
  auto const& least = found->parts.front();
  growth.law.floor = std::max(growth.law.floor, std::sqrt(least.variance * std::sqrt(2.0 / least.freedom)));
  growth.range = sigma_at(growth.law, found->ninetieth) / sigma_at(growth.law, found->tenth);
  growth.other = along_smoothest_axis(grid, data, [&](double level) { return sigma_at(growth.law, level); });
  return growth;
}

}  // namespace mollis::observations
