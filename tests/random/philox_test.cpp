// The generator: its published values, moments, no correlation.
#include "random/philox.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mollis::test {
namespace {

using random::Stream;
using Words = std::array<std::uint32_t, 4>;
constexpr auto noise = Stream::Purpose::noise;
constexpr auto dropout = Stream::Purpose::dropout;

/// Known answers of the authors' library Random123 (kat_vectors, philox 4x32 10).
TEST(Philox, PublishedPhiloxValues) {
  EXPECT_EQ(random::philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(random::philox({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(random::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

/// First four moments of N draws within 5 standard errors.
TEST(Philox, MomentsOfTheNormal) {
  constexpr Index n = 200'000;
  Stream const stream{7, 0, noise};
  std::array<double, 5> sum{};
  for (Index i = 0; i < n; ++i)
    for (int power = 1; power <= 4; ++power)
      sum[static_cast<std::size_t>(power)] += std::pow(random::normal(stream, i), power);
  double const error = 5.0 / std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(sum[1] / n, 0.0, error);
  EXPECT_NEAR(sum[2] / n, 1.0, error * std::sqrt(2.0));
  EXPECT_NEAR(sum[3] / n, 0.0, error * std::sqrt(15.0));
  EXPECT_NEAR(sum[4] / n, 3.0, error * std::sqrt(96.0));
}

/// Products of draws that must not know each other average to 0 within 5 standard errors.
TEST(Philox, NeighboursStatesSeedsAndPurposesAreIndependent) {
  constexpr Index n = 100'000;
  Stream const stream{7, 0, noise};
  auto const correlation = [&](Stream const& other, Index shift) {
    double sum = 0.0;
    for (Index i = 0; i < n; ++i) sum += random::normal(stream, i) * random::normal(other, i + shift);
    return sum / n;
  };
  double const error = 5.0 / std::sqrt(static_cast<double>(n));
  for (Index const shift : {1, 2, 64, 128, 4096}) EXPECT_NEAR(correlation(stream, shift), 0.0, error) << shift;
  EXPECT_NEAR(correlation({8, 0, noise}, 0), 0.0, error);
  EXPECT_NEAR(correlation({7, 1, noise}, 0), 0.0, error);
  EXPECT_NEAR(correlation({7, 0, dropout}, 0), 0.0, error);
  EXPECT_NEAR(correlation({7 + (std::uint64_t{1} << 40), 0, noise}, 0), 0.0, error);
  EXPECT_NE(random::normal(stream, 5), random::normal(stream, 5 + (Index{1} << 32)));
}

}  // namespace
}  // namespace mollis::test
