// The scale of an octave: what its posterior says, by simulation.
#include "uncertainty/octave_scale.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace mollis::test {
namespace {

using uncertainty::OctaveEnergy;
using uncertainty::octave_scale;

TEST(OctaveScale, IsWhatIsExpectedWhereNothingIsTold) {
  EXPECT_EQ(octave_scale({3.0, 1.0, 1.0, 0.0}, 2.5), 2.5);
  EXPECT_EQ(octave_scale({3.0, 1.0, 0.0, 9.0}, 2.5), 2.5);
  EXPECT_EQ(octave_scale({NAN, 1.0, 1.0, 9.0}, 2.5), 2.5);
  EXPECT_NEAR(octave_scale({1.0, 1.0, 1e-9, 9.0}, 2.5), 2.5, 0.01);   // the noise outweighs any prior
}

TEST(OctaveScale, IsThatOfMomentsWhereManyWavesTell) {
  for (double const s : {1e-3, 0.2, 1.0, 7.0, 400.0}) EXPECT_NEAR(octave_scale({0.3 + 2.0 * s, 0.3, 2.0, 1e4}, 1.0), s, 1e-2 * s + 1e-3) << s;
}

/// Scales drawn from the prior, energies from these: the median is above half of the scales, whatever the noise and the number of waves.
TEST(OctaveScale, IsTheMedianOfThePosterior) {
  std::mt19937_64 random(5);
  std::cauchy_distribution<double> root(0.0, 1.0);
  for (double const noise : {0.0, 0.5, 5.0})
    for (int const waves : {1, 4, 40}) {
      std::chi_squared_distribution<double> energy(waves);
      int const draws = 1500;
      int below = 0;
      for (int n = 0; n < draws; ++n) {
        double const s = std::pow(root(random), 2);
        double const found = (noise + s) * energy(random) / waves;
        below += s < octave_scale({found, noise, 1.0, static_cast<double>(waves)}, 1.0);
      }
      EXPECT_NEAR(below / static_cast<double>(draws), 0.5, 4.0 * 0.5 / std::sqrt(draws)) << noise << ' ' << waves;
    }
}

}  // namespace
}  // namespace mollis::test
