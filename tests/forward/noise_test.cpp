// Noise and gaps: the generator's published values, moments, no correlation, the same draws on any number of ranks.
#include "forward/noise.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mollis::test {
namespace {

using forward::Stream;
using Words = std::array<std::uint32_t, 4>;
constexpr auto noise = Stream::Purpose::noise;
constexpr auto dropout = Stream::Purpose::dropout;

/// Known answers of the authors' library Random123 (kat_vectors, philox 4x32 10).
TEST(Noise, PublishedPhiloxValues) {
  EXPECT_EQ(forward::philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(forward::philox({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(forward::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

/// First four moments of N draws within 5 standard errors.
TEST(Noise, MomentsOfTheNormal) {
  constexpr Index n = 200'000;
  Stream const stream{7, 0, noise};
  std::array<double, 5> sum{};
  for (Index i = 0; i < n; ++i)
    for (int power = 1; power <= 4; ++power)
      sum[static_cast<std::size_t>(power)] += std::pow(forward::normal(stream, i), power);
  double const error = 5.0 / std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(sum[1] / n, 0.0, error);
  EXPECT_NEAR(sum[2] / n, 1.0, error * std::sqrt(2.0));
  EXPECT_NEAR(sum[3] / n, 0.0, error * std::sqrt(15.0));
  EXPECT_NEAR(sum[4] / n, 3.0, error * std::sqrt(96.0));
}

/// Products of draws that must not know each other average to 0 within 5 standard errors.
TEST(Noise, NeighboursStatesSeedsAndPurposesAreIndependent) {
  constexpr Index n = 100'000;
  Stream const stream{7, 0, noise};
  auto const correlation = [&](Stream const& other, Index shift) {
    double sum = 0.0;
    for (Index i = 0; i < n; ++i) sum += forward::normal(stream, i) * forward::normal(other, i + shift);
    return sum / n;
  };
  double const error = 5.0 / std::sqrt(static_cast<double>(n));
  for (Index const shift : {1, 2, 64, 128, 4096}) EXPECT_NEAR(correlation(stream, shift), 0.0, error) << shift;
  EXPECT_NEAR(correlation({8, 0, noise}, 0), 0.0, error);
  EXPECT_NEAR(correlation({7, 1, noise}, 0), 0.0, error);
  EXPECT_NEAR(correlation({7, 0, dropout}, 0), 0.0, error);
  EXPECT_NEAR(correlation({7 + (std::uint64_t{1} << 40), 0, noise}, 0), 0.0, error);
  EXPECT_NE(forward::normal(stream, 5), forward::normal(stream, 5 + (Index{1} << 32)));
}

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
    EXPECT_EQ(value, 2.0 + 0.5 * forward::normal({11, 3, noise}, point)) << point;
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
    EXPECT_EQ(std::isnan(value), forward::uniform({11, 0, dropout}, point)[0] < fraction) << point;
  });
  MPI_Allreduce(MPI_IN_PLACE, &gaps, 1, MPI_LONG, MPI_SUM, grid.comm());
  auto const points = static_cast<double>(grid.points());
  EXPECT_NEAR(static_cast<double>(gaps) / points, fraction, 5.0 * std::sqrt(fraction * (1.0 - fraction) / points));
  for_each_point(grid, forward::with_gaps(grid, filled(grid, 1.0), 0.0, 11, 0),
                 [](double value, Index) { EXPECT_EQ(value, 1.0); });
}

}  // namespace
}  // namespace mollis::test
