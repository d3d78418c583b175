#include "observations/noise_by_level.hpp"

#include <algorithm>
#include <cmath>

#include "mollifier/jets.hpp"
#include "observations/states.hpp"
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

std::vector<mollifier::LineFilter> identities(grid::Grid const& grid) {
  std::vector<mollifier::LineFilter> filters;
  for (auto const& axis : grid.axes()) filters.push_back(identity(axis));
  return filters;
}

/// The filters, one an axis, and what their results are worth; none where no axis is long enough.
std::vector<mollifier::LineFilter> differences(grid::Grid const& grid, double& worth) {
  int const dimension = grid.dimension();
  auto filters = identities(grid);
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

std::vector<Part> parts_of(MPI_Comm comm, Samples const& samples, std::vector<double> const& bounds) {
  std::vector<std::vector<double>> sorted(bounds.size() + 1);
  std::vector<Part> parts(bounds.size() + 1);
  for (std::size_t i = 0; i < samples.levels.size(); ++i) {
    auto const k = static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), samples.levels[i]) - bounds.begin());
    sorted[k].push_back(samples.differences[i]);
    parts[k].level += samples.levels[i];
    parts[k].square += samples.levels[i] * samples.levels[i];
  }
  for (std::size_t k = 0; k < parts.size(); ++k) {
    double const count = sum(comm, static_cast<double>(sorted[k].size()));
    parts[k].level = sum(comm, parts[k].level) / std::max(count, 1.0);
    parts[k].square = sum(comm, parts[k].square) / std::max(count, 1.0);
    parts[k].variance = std::pow(robust_deviation(comm, sorted[k]), 2);
    parts[k].freedom = count * samples.worth;
  }
  return parts;
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

std::optional<ByLevel> noise_by_level(grid::Grid const& grid, Field const& data) {
  MPI_Comm const comm = grid.comm();
  auto const samples = samples_of(grid, data, levels_of(grid, data));
  double const freedom = sum(comm, static_cast<double>(samples.levels.size())) * samples.worth;
  if (freedom < fewest) return std::nullopt;
  int const count = static_cast<int>(std::clamp(freedom / of_a_part, 4.0, 16.0));
  ByLevel found;
  found.parts = parts_of(comm, samples, quantiles(comm, samples.levels, count));
  for (auto const& part : found.parts)
    if (part.variance <= 0.0 || part.freedom == 0.0) return std::nullopt;  // rounding, or levels of one value
  auto const tenths = quantiles(comm, samples.levels, 10);
  found.tenth = tenths.front();
  found.ninetieth = tenths.back();
  return found;
}

Field deviations_by_level(grid::Grid const& grid, Field const& data) {
  MPI_Comm const comm = grid.comm();
  Field const levels = levels_of(grid, data);
  Samples smoothest;
  double least = HUGE_VAL;
  for (int a = 0; a < grid.dimension(); ++a) {
    if (grid.axis(a).size() < 5) continue;
    auto filters = identities(grid);
    auto& filter = filters[static_cast<std::size_t>(a)];
    filter = fourth_difference(grid.axis(a));
    double const worth = worth_of(filter.interior_row);
    auto samples = filtered(grid, std::move(filters), data, levels);
    double const deviation = robust_deviation(comm, samples.differences);
    if (deviation >= least) continue;
    least = deviation;
    smoothest = std::move(samples);
    smoothest.worth = worth;
  }
  double const freedom = sum(comm, static_cast<double>(smoothest.levels.size())) * smoothest.worth;
  auto const bounds = quantiles(comm, smoothest.levels, static_cast<int>(std::clamp(freedom / of_a_part, 1.0, 16.0)));
  auto const parts = parts_of(comm, smoothest, bounds);
  Field const deviations = make_field("deviations", grid.local_size());
  auto const host = Kokkos::create_mirror_view(deviations);
  auto const level = on_host(levels);
  for (std::size_t i = 0; i < host.extent(0); ++i) {
    auto const k = std::lower_bound(bounds.begin(), bounds.end(), std::abs(level(i))) - bounds.begin();
    host(i) = std::sqrt(parts[static_cast<std::size_t>(k)].variance);
  }
  Kokkos::deep_copy(deviations, host);
  return deviations;
}

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

double likelihood_of_any(std::vector<Part> const& parts) {
  double value = 0.0;
  for (auto const& part : parts) value -= 0.5 * part.freedom * (std::log(part.variance) + 1.0);
  return value;
}

double along_smoothest_axis(grid::Grid const& grid, Field const& data, std::function<double(double)> const& sigma) {
  Field const levels = levels_of(grid, data);
  double least = HUGE_VAL;
  for (int a = 0; a < grid.dimension(); ++a) {
    if (grid.axis(a).size() < 5) continue;
    auto filters = identities(grid);
    filters[static_cast<std::size_t>(a)] = fourth_difference(grid.axis(a));
    auto samples = filtered(grid, std::move(filters), data, levels);
    for (std::size_t i = 0; i < samples.levels.size(); ++i) samples.differences[i] /= sigma(samples.levels[i]);
    least = std::min(least, robust_deviation(grid.comm(), samples.differences));
  }
  return least;
}

}  // namespace mollis::observations
