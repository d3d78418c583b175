#include "forward/noise.hpp"

#include <cmath>
#include <limits>

#include "random/white_noise.hpp"

namespace mollis::forward {
namespace {

using random::Stream;

/// result(value, global point) at this rank's points.
template <class Result>
Field mapped(grid::Grid const& grid, Field const& state, Result const& result) {
  auto const values = on_host(state);
  auto const changed = make_field("observations", grid.local_size());
  auto const host = Kokkos::create_mirror_view(changed);
  random::for_each_point(grid, [&](Index n, Index point) {
    auto const here = static_cast<std::size_t>(n);
    host(here) = result(values(here), point);
  });
  Kokkos::deep_copy(changed, host);
  return changed;
}

double sum_over_ranks(grid::Grid const& grid, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return value;
}

}  // namespace

Moments moments(grid::Grid const& grid, Field const& state) {
  auto const values = on_host(state);
  auto const points = static_cast<double>(grid.points());
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < values.extent(0); ++i) sum += values(i);
  double const mean = sum_over_ranks(grid, sum) / points;
  for (std::size_t i = 0; i < values.extent(0); ++i) squares += (values(i) - mean) * (values(i) - mean);
  return {mean, std::sqrt(sum_over_ranks(grid, squares) / points)};
}

Field with_noise(grid::Grid const& grid, Field const& state, double sigma, std::uint64_t seed, int which_state) {
  Stream const stream{seed, static_cast<std::uint32_t>(which_state), Stream::Purpose::noise};
  return mapped(grid, state, [&](double value, Index point) { return value + sigma * random::normal(stream, point); });
}

Field with_gaps(grid::Grid const& grid, Field const& state, double fraction, std::uint64_t seed, int which_state) {
  Stream const stream{seed, static_cast<std::uint32_t>(which_state), Stream::Purpose::dropout};
  return mapped(grid, state, [&](double value, Index point) {
    return random::uniform(stream, point)[0] < fraction ? std::numeric_limits<double>::quiet_NaN() : value;
  });
}

}  // namespace mollis::forward
