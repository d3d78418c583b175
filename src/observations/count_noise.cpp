#include "observations/count_noise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mollifier/jets.hpp"
#include "observations/made.hpp"
#include "observations/stencils.hpp"

namespace mollis::observations {
namespace {

constexpr double enough = 16.0;  ///< counts around a cell

Field filtered(grid::Grid const& grid, std::vector<mollifier::LineFilter> filters, Field const& field) {
  return mollifier::Jets(grid, std::move(filters), {mollifier::MultiIndex{}}).apply(field).front();
}

Field sums_within(grid::Grid const& grid, Index reach, Field const& field) {
  std::vector<mollifier::LineFilter> filters;
  for (auto const& axis : grid.axes()) filters.push_back(sum_within(axis, std::min(reach, (axis.size() - 1) / 2)));
  return filtered(grid, std::move(filters), field);
}

double sum_over_ranks(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

/// Filters that are `along` one axis and pass values through along the others.
std::vector<mollifier::LineFilter> only_along(grid::Grid const& grid, int axis, mollifier::LineFilter const& along) {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < grid.dimension(); ++a) filters.push_back(a == axis ? along : identity(grid.axis(a)));
  return filters;
}

}  // namespace

Field expected_counts(grid::Grid const& grid, Field const& counts, Field const& volumes) {
  auto const n = on_host(counts), volume = on_host(volumes);
  auto const counted = [&](std::size_t i) { return std::isfinite(n(i)); };
  Field const all_counts = made(grid, "counts", [&](std::size_t i) { return counted(i) ? n(i) : 0.0; });
  Field const all_volumes = made(grid, "counts", [&](std::size_t i) { return counted(i) ? volume(i) : 0.0; });
  std::vector<double> expected(n.extent(0), std::numeric_limits<double>::quiet_NaN());
  Index widest = 0;
  for (auto const& axis : grid.axes()) widest = std::max(widest, (axis.size() - 1) / 2);
  for (Index reach = 2;; reach *= 2) {
    auto const around = on_host(sums_within(grid, reach, all_counts)), space = on_host(sums_within(grid, reach, all_volumes));
    double open = 0.0;  // cells that have not enough around them
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!counted(i) || expected[i] >= 0.0) continue;
      double const others = around(i) - n(i), their_volume = space(i) - volume(i);
      if (others < enough && reach < widest) {
        open += 1.0;
        continue;
      }
      expected[i] = their_volume > 0.5 * volume(i) ? (others + 1.0) * volume(i) / their_volume : std::max(n(i), 1.0);  // a cell by itself
    }
    if (sum_over_ranks(grid.comm(), open) == 0.0) break;
  }
  return made(grid, "counts", [&](std::size_t i) { return expected[i]; });
}

double dispersion(grid::Grid const& grid, Field const& counts, Field const& volumes) {
  auto const n = on_host(counts), volume = on_host(volumes);
  Field const density = made(grid, "counts", [&](std::size_t i) { return n(i) / volume(i); });
  Field const variance = made(grid, "counts", [&](std::size_t i) { return n(i) / volume(i) / volume(i); });
  double least = std::numeric_limits<double>::infinity();
  for (int a = 0; a < grid.dimension(); ++a) {
    if (grid.axis(a).size() < 5) continue;
    auto const difference = fourth_difference(grid.axis(a));
    auto const differences = on_host(filtered(grid, only_along(grid, a, difference), density));
    auto const poisson = on_host(filtered(grid, only_along(grid, a, mollifier::product_filter(difference, 0, 0)), variance));
    double sums[2] = {0.0, 0.0};
    for (std::size_t i = 0; i < differences.extent(0); ++i) {
      if (!std::isfinite(differences(i))) continue;  // the footprint meets a gap; rows that do not fit are 0 in both
      sums[0] += differences(i) * differences(i);
      sums[1] += poisson(i);
    }
    MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, grid.comm());
    if (sums[1] > 0.0) least = std::min(least, sums[0] / sums[1]);
  }
  return std::isfinite(least) ? std::max(least, 1.0) : 1.0;
}

}  // namespace mollis::observations
