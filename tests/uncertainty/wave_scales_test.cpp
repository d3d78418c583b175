// The scales of bands: what their posterior says, by simulation.
#include "uncertainty/wave_scales.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace mollis::test {
namespace {

using uncertainty::wave_scales;
using uncertainty::WaveEnergy;

constexpr double many = 1e6;   // waves that tell what is expected
WaveEnergy const silent{};

TEST(WaveScales, AreWhatIsExpectedWhereNothingIsTold) {
  for (WaveEnergy const& band : {silent, WaveEnergy{3.0, 1.0, 0.0, 9.0, many}, WaveEnergy{3.0, 1.0, 1.0, 0.0, many}, WaveEnergy{NAN, 1.0, 1.0, 9.0, many}})
    EXPECT_NEAR(wave_scales({band})[0], 1.0, 1e-9);
  EXPECT_NEAR(wave_scales({{1.0, 1.0, 1e-9, 9.0, many}})[0], 1.0, 0.01);   // the noise outweighs any prior
}

TEST(WaveScales, AreThoseOfMomentsWhereManyWavesTell) {
  for (double const s : {1e-3, 0.2, 1.0, 7.0, 400.0}) EXPECT_NEAR(wave_scales({{0.3 + 2.0 * s, 0.3, 2.0, 1e4, 1e7}})[0], s, 1e-2 * s + 1e-3) << s;
}

/// A band that nothing is told of lies between those beside it, and takes after the last one beyond.
TEST(WaveScales, GoOnFromTheBandsBeside) {
  auto const told = [](double s) { return WaveEnergy{s, 0.0, 1.0, 1e4, 1e7}; };
  auto const scales = wave_scales({told(100.0), silent, silent, silent, told(1.0), silent, silent});
  for (std::size_t b = 0; b < 4; ++b) EXPECT_GT(scales[b], scales[b + 1] * 1.2) << b;
  EXPECT_NEAR(scales[2], 10.0, 1.0);
  for (std::size_t b : {5, 6}) EXPECT_NEAR(scales[b], 1.0, 0.02) << b;
}

/// What energies of few waves are compared with is known no better itself: they tell less.
TEST(WaveScales, BelieveLessWhereWhatIsExpectedIsHardlyKnown) {
  WaveEnergy band{10.0, 1.0, 0.04, 2.0, many};
  double const surely = wave_scales({band})[0];
  band.known = 4.0;
  EXPECT_GT(surely, 20.0);
  EXPECT_LT(wave_scales({band})[0], 0.5 * surely);
}

/// Scales drawn from the chain, energies from these, and what is expected from draws of its own: medians are above half of the scales of each band, whatever
/// the noise and the number of waves.
TEST(WaveScales, AreMediansOfThePosterior) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  auto const secant = [&](double width) { return width * std::log(std::tan(0.5 * M_PI * uniform(random))); };   // density sech(x / width)
  for (double const noise : {0.0, 0.5, 5.0})
    for (int const waves : {1, 4, 40}) {
      std::chi_squared_distribution<double> energy(waves), expected(5 * waves);
      int const draws = 200;
      std::vector<int> below(2, 0);
      for (int n = 0; n < draws; ++n) {
        std::vector<WaveEnergy> bands;
        std::vector<double> logs;
        for (int b = 0; b < 2; ++b) {
          logs.push_back(b == 0 ? secant(2.0) : logs.back() + secant(1.0));
          double const prior = 1.0 + 0.5 * b, mean = expected(random) / (5.0 * waves);
          bands.push_back({(noise + prior * std::exp(logs.back())) * energy(random) / waves, mean * noise, mean * prior, 1.0 * waves, 5.0 * waves});
        }
        auto const scales = wave_scales(bands);
        for (std::size_t b = 0; b < 2; ++b) below[b] += logs[b] < std::log(scales[b]);
      }
      for (std::size_t b = 0; b < 2; ++b) EXPECT_NEAR(below[b] / static_cast<double>(draws), 0.5, 4.0 * 0.5 / std::sqrt(draws)) << noise << ' ' << waves << ' ' << b;
    }
}

}  // namespace
}  // namespace mollis::test
