#include <algorithm>
#include <cmath>

#include "mollifier/jets.hpp"
#include "observations/states.hpp"

namespace mollis::observations {
namespace {

/// [1 -4 6 -4 1] / sqrt(70) where it fits; the identity on axes of fewer than 5 points.
mollifier::LineFilter fourth_difference(grid::Axis const& axis) {
  mollifier::LineFilter filter;
  filter.points = axis.size();
  filter.orders = {0};
  filter.periodic = axis.periodic;
  bool const fits = axis.size() >= 5;
  filter.width = fits ? 5 : 1;
  filter.interior_row = fits ? std::vector<double>{1.0, -4.0, 6.0, -4.0, 1.0} : std::vector<double>{1.0};
  if (fits)
    for (auto& tap : filter.interior_row) tap /= std::sqrt(70.0);
  bool const whole = axis.periodic || !fits;
  filter.interior = whole ? grid::Range{0, axis.size()} : grid::Range{2, axis.size() - 2};
  filter.valid = filter.interior;
  filter.edge_rows.assign(whole ? 0 : 4 * 5, 0.0);
  return filter;
}

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

}  // namespace

double estimate_noise(grid::Grid const& grid, Field const& data) {
  std::vector<mollifier::LineFilter> filters;
  for (auto const& axis : grid.axes()) filters.push_back(fourth_difference(axis));
  mollifier::Jets const differences(grid, std::move(filters), {mollifier::MultiIndex{}});
  auto const values = on_host(differences.apply(data).front());  // NaN where the footprint meets a gap
  auto const valid = on_host(differences.valid());
  std::vector<double> sizes;
  for (std::size_t i = 0; i < values.extent(0); ++i)
    if (valid(i) != 0.0 && std::isfinite(values(i))) sizes.push_back(std::abs(values(i)));
  double const rounding = 2.220446049250313e-16 * moments(grid, data).largest;
  return std::max(1.4826 * median(grid.comm(), sizes), rounding);
}

}  // namespace mollis::observations
