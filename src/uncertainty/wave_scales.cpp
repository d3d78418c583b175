#include "uncertainty/wave_scales.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mollis::uncertainty {
namespace {

using Density = std::vector<double>;   ///< at log_scale(i)

constexpr int points = 301, finer = 16;   ///< of the chain; points to each of them, where a median is sought
constexpr double reach = 30.0;            ///< of log s: beyond, a half-Cauchy root has 4e-7 of its mass
constexpr double spacing = 2.0 * reach / (points - 1);

double log_scale(int i) { return -reach + spacing * i; }

/// Of log s, given a part's energies; 0 where nothing is told.
double log_likelihood(WaveEnergy const& band, double log_s) {
  if (!(band.freedom > 0.0) || !(band.known > 0.0) || !(band.of_prior > 0.0) || !(band.found > 0.0)) return 0.0;
  if (!std::isfinite(band.found + band.of_noise + band.of_prior)) return 0.0;
  double const log_ratio = std::log(band.found) - std::log(band.of_noise + std::exp(log_s) * band.of_prior);
  return 0.5 * (band.freedom * log_ratio - (band.freedom + band.known) * std::log1p(band.freedom / band.known * std::exp(log_ratio)));
}

Density exponential(Density logs) {
  double const most = *std::max_element(logs.begin(), logs.end());
  for (double& value : logs) value = std::exp(value - most);
  return logs;
}

Density likelihood(WaveEnergy const& band) {
  Density logs;
  for (int i = 0; i < points; ++i) logs.push_back(log_likelihood(band, log_scale(i)));
  return exponential(std::move(logs));
}

Density product(Density a, Density const& b) {
  std::transform(a.begin(), a.end(), b.begin(), a.begin(), std::multiplies<>());
  return a;
}

/// A step of the chain later.
Density step(Density const& before) {
  Density after(points, 0.0), rise;
  for (int i = 0; i < points; ++i) rise.push_back(1.0 / std::cosh(spacing * i));
  for (int i = 0; i < points; ++i)
    for (int j = 0; j < points; ++j) after[static_cast<std::size_t>(i)] += rise[static_cast<std::size_t>(std::abs(i - j))] * before[static_cast<std::size_t>(j)];
  double const most = *std::max_element(after.begin(), after.end());
  for (double& value : after) value /= most;
  return after;
}

/// Of exp(log s) with the density `beside` (what all other bands tell), between whose points its logarithm is straight, times the band's likelihood.
double median(Density const& beside, WaveEnergy const& band) {
  Density logs;
  for (int i = 0; i < (points - 1) * finer; ++i) {
    auto const at = static_cast<std::size_t>(i / finer);
    double const part = (i % finer + 0.5) / finer;
    logs.push_back((1.0 - part) * std::log(beside[at]) + part * std::log(beside[at + 1]) + log_likelihood(band, log_scale(i / finer) + part * spacing));
  }
  auto const density = exponential(std::move(logs));
  double const wanted = 0.5 * std::accumulate(density.begin(), density.end(), 0.0);
  double sum = 0.0;
  std::size_t cell = 0;
  while (cell + 1 < density.size() && sum + density[cell] < wanted) sum += density[cell++];
  return std::exp(-reach + spacing / finer * (static_cast<double>(cell) + (wanted - sum) / density[cell]));
}

}  // namespace

std::vector<double> wave_scales(std::vector<WaveEnergy> const& bands) {
  std::vector<Density> tells, before(bands.size()), after(bands.size());
  for (auto const& band : bands) tells.push_back(likelihood(band));
  for (std::size_t b = 0; b < bands.size(); ++b) {
    if (b > 0) before[b] = step(product(before[b - 1], tells[b - 1]));
    else
      for (int i = 0; i < points; ++i) before[b].push_back(1.0 / std::cosh(0.5 * log_scale(i)));
  }
  for (std::size_t b = bands.size(); b-- > 0;) after[b] = b + 1 < bands.size() ? step(product(after[b + 1], tells[b + 1])) : Density(points, 1.0);
  std::vector<double> scales;
  for (std::size_t b = 0; b < bands.size(); ++b) scales.push_back(median(product(before[b], after[b]), bands[b]));
  return scales;
}

}  // namespace mollis::uncertainty
