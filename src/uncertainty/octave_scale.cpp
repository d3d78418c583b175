#include "uncertainty/octave_scale.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace mollis::uncertainty {
namespace {

constexpr int points = 4001;
constexpr double reach = 30.0;   ///< of log s about log expected: beyond, the half-Cauchy prior has 4e-7 of its mass
double log_scale(int i) { return reach * (2.0 * i / (points - 1) - 1.0); }

/// Of a density over log_scale(i), each value standing for its cell.
double median(std::vector<double> const& density) {
  double const wanted = 0.5 * std::accumulate(density.begin(), density.end(), 0.0);
  double sum = 0.0;
  for (int i = 0; i < points; ++i) {
    double const value = density[static_cast<std::size_t>(i)];
    if (sum + value >= wanted) return std::exp(log_scale(i) + ((wanted - sum) / value - 0.5) * (log_scale(1) - log_scale(0)));
    sum += value;
  }
  return std::exp(reach);
}

}  // namespace

double octave_scale(OctaveEnergy const& energy, double expected) {
  if (!(energy.freedom > 0.0) || !(energy.of_prior > 0.0) || !std::isfinite(energy.found + energy.of_noise + energy.of_prior)) return expected;
  std::vector<double> density;
  for (int i = 0; i < points; ++i) {
    double const energy_at = energy.of_noise + expected * std::exp(log_scale(i)) * energy.of_prior;
    density.push_back(-std::log(std::cosh(0.5 * log_scale(i))) - 0.5 * energy.freedom * (std::log(energy_at) + energy.found / energy_at));
  }
  double const most = *std::max_element(density.begin(), density.end());
  for (double& value : density) value = std::exp(value - most);
  return expected * median(density);
}

}  // namespace mollis::uncertainty
