#include "observations/growing_noise.hpp"

#include <algorithm>
#include <cmath>

#include "mollifier/jets.hpp"
#include "observations/stencils.hpp"

namespace mollis::observations {
namespace {

constexpr double fewest = 128.0, of_a_part = 32.0;  ///< differences, each counted as what it is worth

struct Samples {
  std::vector<double> levels, differences;  ///< sizes, on this rank
  double worth = 1.0;                       ///< independent ones to each
};

/// What a row's overlapping results are worth for their variance: 1 / sum_k corr_k^2.
double worth_of(std::vector<double> const& row) {
  double sum = 0.0;
  auto const n = static_cast<int>(row.size());
  for (int shift = 1 - n; shift < n; ++shift) {
    double correlation = 0.0;
    for (int j = std::max(0, -shift); j < std::min(n, n - shift); ++j)
      correlation += row[static_cast<std::size_t>(j)] * row[static_cast<std::size_t>(j + shift)];
    sum += correlation * correlation;
  }
  return 1.0 / sum;
}

/// The filters, one an axis, and what their results are worth; none where no axis is long enough.
std::vector<mollifier::LineFilter> differences(grid::Grid const& grid, double& worth) {
  int const dimension = grid.dimension();
  std::vector<mollifier::LineFilter> filters;
  for (auto const& axis : grid.axes()) filters.push_back(identity(axis));
  std::vector<int> chosen;  // the two fastest axes that are long enough
  for (int a = dimension - 1; a >= 0 && chosen.size() < 2; --a)
    if (grid.axis(a).size() >= 5) chosen.push_back(a);
  if (chosen.size() == 1 && grid.axis(chosen[0]).size() < 9) chosen.clear();
  if (chosen.empty()) return {};
  for (int const a : chosen) {
    auto& filter = filters[static_cast<std::size_t>(a)];
    filter = chosen.size() == 1 ? eighth_difference(grid.axis(a)) : fourth_difference(grid.axis(a));
    worth *= worth_of(filter.interior_row);
  }
  return filters;
}

Samples filtered(grid::Grid const& grid, std::vector<mollifier::LineFilter> filters, Field const& data, Field const& levels) {
  Samples samples;
  mollifier::Jets const jets(grid, std::move(filters), {mollifier::MultiIndex{}});
  auto const values = on_host(jets.apply(data).front()), valid = on_host(jets.valid()), level = on_host(levels);
  for (std::size_t i = 0; i < values.extent(0); ++i) {
    if (valid(i) == 0.0 || !std::isfinite(values(i)) || !std::isfinite(level(i))) continue;
    samples.levels.push_back(std::abs(level(i)));
    samples.differences.push_back(std::abs(values(i)));
  }
  return samples;
}

Samples samples_of(grid::Grid const& grid, Field const& data, Field const& levels) {
  double worth = 1.0;
  auto filters = differences(grid, worth);
  if (filters.empty()) return {};
  auto samples = filtered(grid, std::move(filters), data, levels);
  samples.worth = worth;
  return samples;
}

double sum(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

/// The levels below which k / parts of all lie, k = 1 .. parts - 1, by bisection.
std::vector<double> quantiles(MPI_Comm comm, std::vector<double> sizes, int parts) {
  std::sort(sizes.begin(), sizes.end());
  double top = sizes.empty() ? 0.0 : sizes.back();
  MPI_Allreduce(MPI_IN_PLACE, &top, 1, MPI_DOUBLE, MPI_MAX, comm);
  double const total = sum(comm, static_cast<double>(sizes.size()));
  auto const inner = static_cast<std::size_t>(parts - 1);
  std::vector<double> low(inner, 0.0), high(inner, top), below(inner);
  for (int step = 0; step < 60; ++step) {
    for (std::size_t k = 0; k < inner; ++k)
      below[k] = static_cast<double>(std::upper_bound(sizes.begin(), sizes.end(), 0.5 * (low[k] + high[k])) - sizes.begin());
    MPI_Allreduce(MPI_IN_PLACE, below.data(), parts - 1, MPI_DOUBLE, MPI_SUM, comm);
    for (std::size_t k = 0; k < inner; ++k)
      (below[k] * parts >= total * static_cast<double>(k + 1) ? high[k] : low[k]) = 0.5 * (low[k] + high[k]);
  }
  return high;
}

/// A part of the data whose levels are alike.
struct Part {
  double square = 0.0;    ///< mean of u^2
  double variance = 0.0;  ///< of the noise there
  double freedom = 0.0;   ///< what its differences are worth
};

std::vector<Part> parts_of(MPI_Comm comm, Samples const& samples, std::vector<double> const& bounds) {
  std::vector<std::vector<double>> sorted(bounds.size() + 1);
  std::vector<Part> parts(bounds.size() + 1);
  for (std::size_t i = 0; i < samples.levels.size(); ++i) {
    auto const k = static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), samples.levels[i]) - bounds.begin());
    sorted[k].push_back(samples.differences[i]);
    parts[k].square += samples.levels[i] * samples.levels[i];
  }
  for (std::size_t k = 0; k < parts.size(); ++k) {
    double const count = sum(comm, static_cast<double>(sorted[k].size()));
    parts[k].square = sum(comm, parts[k].square) / std::max(count, 1.0);
    parts[k].variance = std::pow(robust_deviation(comm, sorted[k]), 2);
    parts[k].freedom = count * samples.worth;
  }
  return parts;
}

/// Log likelihood of variances scale w_k, at the most likely scale, which is given back.
double likelihood(std::vector<Part> const& parts, std::vector<double> const& w, double& scale) {
  double weighted = 0.0, freedom = 0.0, result = 0.0;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    weighted += parts[k].freedom * parts[k].variance / w[k];
    freedom += parts[k].freedom;
  }
  scale = weighted / freedom;
  for (std::size_t k = 0; k < parts.size(); ++k)
    result -= 0.5 * parts[k].freedom * (std::log(scale * w[k]) + parts[k].variance / (scale * w[k]));
  return result;
}

/// The most likely sigma^2 = scale (1 - t + t u^2 / mean u^2), over t from 0 to 1.
Growth most_likely(std::vector<Part> const& parts) {
  double mean = 0.0, best = -HUGE_VAL, share = 0.0, scale = 0.0, alike = 0.0, free = 0.0;
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
  for (auto const& part : parts) free -= 0.5 * part.freedom * (std::log(part.variance) + 1.0);
  Growth growth;
  growth.law = {std::sqrt(scale * share / mean), std::sqrt(scale * (1.0 - share))};
  growth.evidence = best - alike;
  growth.explained = free > alike ? (best - alike) / (free - alike) : 0.0;
  return growth;
}

double sigma_at(Proportional const& law, double level) { return std::hypot(law.share * level, law.floor); }

/// Deviation of fourth differences along one axis from their law, the least over the axes.
double along_axes(grid::Grid const& grid, Field const& data, Field const& levels, Proportional const& law) {
  double least = HUGE_VAL;
  for (int a = 0; a < grid.dimension(); ++a) {
    if (grid.axis(a).size() < 5) continue;
    std::vector<mollifier::LineFilter> filters;
    for (int b = 0; b < grid.dimension(); ++b) filters.push_back(a == b ? fourth_difference(grid.axis(b)) : identity(grid.axis(b)));
    auto samples = filtered(grid, std::move(filters), data, levels);
    for (std::size_t i = 0; i < samples.levels.size(); ++i) samples.differences[i] /= sigma_at(law, samples.levels[i]);
    least = std::min(least, robust_deviation(grid.comm(), samples.differences));
  }
  return least;
}

}  // namespace

Field levels_of(grid::Grid const& grid, Field const& data) {
  std::vector<mollifier::LineFilter> filters;
  for (auto const& axis : grid.axes()) {
    bool const wide = axis.size() >= 5;
    filters.push_back(mollifier::moment_filter(axis, {}, {{0, wide ? 2 : 0}}, wide ? 1 : 0));
  }
  auto const levels = mollifier::Jets(grid, std::move(filters), {mollifier::MultiIndex{}}).apply(data).front();
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), levels);
  auto const own = on_host(data);
  for (std::size_t i = 0; i < host.extent(0); ++i)
    if (!std::isfinite(host(i))) host(i) = own(i);
  Kokkos::deep_copy(levels, host);
  return levels;
}

Noise as_given(State const& state, double sigma) {
  double const raised = sigma / state.sigma;
  return state.grows ? Noise{Proportional{raised * state.grows->share, raised * state.grows->floor}} : Noise{sigma};
}

std::optional<Growth> growth_of_noise(grid::Grid const& grid, Field const& data) {
  MPI_Comm const comm = grid.comm();
  Field const levels = levels_of(grid, data);
  auto const samples = samples_of(grid, data, levels);
  double const freedom = sum(comm, static_cast<double>(samples.levels.size())) * samples.worth;
  if (freedom < fewest) return std::nullopt;
  int const count = static_cast<int>(std::clamp(freedom / of_a_part, 4.0, 16.0));
  auto const parts = parts_of(comm, samples, quantiles(comm, samples.levels, count));
  for (auto const& part : parts)
    if (part.variance <= 0.0 || part.freedom == 0.0) return std::nullopt;  // rounding, or levels of one value
  auto growth = most_likely(parts);
  // The floor is no better known than the variance where levels are least: by its standard error.
  growth.law.floor = std::max(growth.law.floor, std::sqrt(parts.front().variance * std::sqrt(2.0 / parts.front().freedom)));
  auto const tenths = quantiles(comm, samples.levels, 10);
  growth.range = sigma_at(growth.law, tenths.back()) / sigma_at(growth.law, tenths.front());
  growth.other = along_axes(grid, data, levels, growth.law);
  return growth;
}

}  // namespace mollis::observations
