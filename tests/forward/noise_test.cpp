// Noise and gaps: moments, the same draws on any number of ranks.
#include "forward/noise.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "random/philox.hpp"

namespace mollis::test {
namespace {

using random::Stream;
constexpr auto noise = Stream::Purpose::noise;
constexpr auto dropout = Stream::Purpose::dropout;

grid::Grid make_grid() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", 5, 0.0, 1.0, false),
                                     grid::uniform_axis("y", 31, 0.0, 1.0, false),
                                     grid::uniform_axis("x", 43, 0.0, 1.0, true)};
  return grid::Grid(MPI_COMM_WORLD, axes, grid::decompose(axes, ranks));
}

Field filled(grid::Grid const& grid, double value) {
  auto const field = make_field("constant", grid.local_size());
  Kokkos::deep_copy(field, value);
  return field;
}

/// Calls visit(value, global point) at this rank's points of a (t, y, x) grid.
template <class Visit>
void for_each_point(grid::Grid const& grid, Field const& field, Visit const& visit) {
  auto const values = on_host(field);
  auto const& box = grid.owned();
  std::size_t n = 0;
  for (auto t = box[0].lower; t < box[0].upper; ++t)
    for (auto y = box[1].lower; y < box[1].upper; ++y)
      for (auto x = box[2].lower; x < box[2].upper; ++x)
        visit(values(n++), (t * grid.axis(1).size() + y) * grid.axis(2).size() + x);
}

TEST(Noise, TheSameOnAnyRanks) {
  auto const grid = make_grid();
  auto const noisy = forward::with_noise(grid, filled(grid, 2.0), 0.5, 11, 3);
  for_each_point(grid, noisy, [](double value, Index point) {
    EXPECT_EQ(value, 2.0 + 0.5 * random::normal({11, 3, noise}, point)) << point;
  });
}

TEST(Noise, MomentsOverRanks) {
  auto const grid = make_grid();
  auto const ramp = make_field("ramp", grid.local_size());
  auto const host = Kokkos::create_mirror_view(ramp);
  std::size_t n = 0;
  for_each_point(grid, filled(grid, 0.0), [&](double, Index point) { host(n++) = 1e3 + static_cast<double>(point); });
  Kokkos::deep_copy(ramp, host);
  auto const points = static_cast<double>(grid.points());
  auto const moments = forward::moments(grid, ramp);
  EXPECT_NEAR(moments.mean, 1e3 + (points - 1.0) / 2.0, 1e-8);
  EXPECT_NEAR(moments.deviation, std::sqrt((points * points - 1.0) / 12.0), 1e-8);
}

TEST(Noise, FractionOfGaps) {
  auto const grid = make_grid();
  double const fraction = 0.2;
  auto const gappy = forward::with_gaps(grid, filled(grid, 1.0), fraction, 11, 0);
  long gaps = 0;
  for_each_point(grid, gappy, [&](double value, Index point) {
    if (std::isnan(value))
      ++gaps;
    else
      EXPECT_EQ(value, 1.0);
    EXPECT_EQ(std::isnan(value), random::uniform({11, 0, dropout}, point)[0] < fraction) << point;
  });
  MPI_Allreduce(MPI_IN_PLACE, &gaps, 1, MPI_LONG, MPI_SUM, grid.comm());
  auto const points = static_cast<double>(grid.points());
  EXPECT_NEAR(static_cast<double>(gaps) / points, fraction, 5.0 * std::sqrt(fraction * (1.0 - fraction) / points));
  for_each_point(grid, forward::with_gaps(grid, filled(grid, 1.0), 0.0, 11, 0),
                 [](double value, Index) { EXPECT_EQ(value, 1.0); });
}

}  // namespace
}  // namespace mollis::test
