// What few draws tell of the energies of waves: how far deviations may be off, and means over the bands of a field.
#include "uncertainty/pull_energies.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace mollis::uncertainty {
namespace {

/// Two fields, the second of bands that say something else.
PullEnergies two_fields(std::vector<double> const& count) {
  return {count, PullEnergies::Bands(count.size(), 1.0), {{0, 1, false}, {1, 2, true}, {3, 1, true}}};
}

PullEnergies::Draw a_draw(PullEnergies::Bands const& error) {
  PullEnergies::Bands const ones(error.size(), 1.0);
  return {ones, ones, ones, ones, error};
}

/// The deviation of a field, the root of the sum of its waves' mean squares, over many repetitions of a few draws.
TEST(PullEnergies, SayHowFarDeviationsScatter) {
  std::vector<double> const count{4.0, 10.0, 40.0, 1000.0}, variance{0.3, 0.2, 0.02, 1.0};
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  constexpr int draws = 3, repetitions = 4000;
  auto const energies = two_fields(count);
  double said = 0.0, mean = 0.0, square = 0.0;
  for (int i = 0; i < repetitions; ++i) {
    double whole = 0.0;
    PullEnergies::Bands error;
    for (int n = 0; n < draws; ++n) {
      error.assign(count.size(), 0.0);
      for (std::size_t b = 0; b < count.size(); ++b)
        for (int k = 0; k < static_cast<int>(count[b]); ++k) error[b] += variance[b] * std::pow(normal(random), 2);
      whole += error[0] + error[1] + error[2];
    }
    double const deviation = std::sqrt(whole / draws);
    said += energies.scatter(error, draws) / repetitions;   // by the last draw
    mean += deviation / repetitions;
    square += deviation * deviation / repetitions;
  }
  double const seen = std::sqrt(square - mean * mean) / mean;
  EXPECT_NEAR(said, seen, 0.1 * seen);   // the second field, of many waves, scatters less
  EXPECT_GT(seen, 0.05);
}

/// 2 and 6 by weights 3 and 1, the band without a prior left out; of the other field 1.
TEST(PullEnergies, WeighBandsByTheirShareOfTheError) {
  auto const energies = two_fields({1.0, 1.0, 1.0, 1.0});
  auto draw = a_draw({3.0, 1.0, 5.0, 2.0});
  draw.of_prior = {1.0, 0.5, 0.0, 4.0};
  EXPECT_DOUBLE_EQ(energies.relative({2.0, 3.0, 7.0, 4.0}, draw), 3.0);
  EXPECT_DOUBLE_EQ(energies.relative({0.2, 0.3, 7.0, 4.0}, draw), 1.0);
}

}  // namespace
}  // namespace mollis::uncertainty
