#include <algorithm>
#include <cmath>

#include "mollifier/jets.hpp"
#include "observations/states.hpp"
#include "observations/stencils.hpp"

namespace mollis::observations {
namespace {

/// The median of values spread over ranks, by bisection on the count below.
double median(MPI_Comm comm, std::vector<double> const& values) {
  double top = values.empty() ? 0.0 : *std::max_element(values.begin(), values.end());
  auto total = static_cast<Index>(values.size());
  MPI_Allreduce(MPI_IN_PLACE, &top, 1, MPI_DOUBLE, MPI_MAX, comm);
  MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT64_T, MPI_SUM, comm);
  double low = 0.0, high = top;
  for (int step = 0; step < 60 && high > low; ++step) {
    double const middle = 0.5 * (low + high);
    auto below = static_cast<Index>(std::count_if(values.begin(), values.end(), [&](double v) { return v <= middle; }));
    MPI_Allreduce(MPI_IN_PLACE, &below, 1, MPI_INT64_T, MPI_SUM, comm);
    (2 * below >= total ? high : low) = middle;
  }
  return high;
}

/// |fourth differences| along one axis, where they exist on this rank.
std::vector<double> differences_along(grid::Grid const& grid, int along, Field const& data) {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < grid.dimension(); ++a)
    filters.push_back(a == along ? fourth_difference(grid.axis(a)) : identity(grid.axis(a)));
  mollifier::Jets const differences(grid, std::move(filters), {mollifier::MultiIndex{}});
  auto const values = on_host(differences.apply(data).front());  // NaN where the footprint meets a gap
  auto const valid = on_host(differences.valid());
  std::vector<double> sizes;
  for (std::size_t i = 0; i < values.extent(0); ++i)
    if (valid(i) != 0.0 && std::isfinite(values(i))) sizes.push_back(std::abs(values(i)));
  return sizes;
}

}  // namespace

/// 0.97334: what the cut keeps of a normal distribution's variance.
double robust_deviation(MPI_Comm comm, std::vector<double> const& sizes) {
  double const rough = median(comm, sizes) / 0.67449;
  double sums[2] = {0.0, 0.0};
  for (double const size : sizes) {
    if (size >= 3.0 * rough) continue;
    sums[0] += size * size;
    sums[1] += 1.0;
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, comm);
  return sums[1] > 0.0 ? std::sqrt(sums[0] / sums[1] / 0.97334) : rough;
}

double estimate_noise(grid::Grid const& grid, Field const& data) {
  double const rounding = 2.220446049250313e-16 * moments(grid, data).largest;
  double least = -1.0;
  for (int a = 0; a < grid.dimension(); ++a) {
    if (grid.axis(a).size() < 5) continue;
    auto const sizes = differences_along(grid, a, data);
    auto count = static_cast<Index>(sizes.size());
    MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_INT64_T, MPI_SUM, grid.comm());
    if (count == 0) continue;
    double const sigma = robust_deviation(grid.comm(), sizes);
    least = least < 0.0 ? sigma : std::min(least, sigma);
  }
  return std::max(least, rounding);
}

}  // namespace mollis::observations
