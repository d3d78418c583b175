// Gain and offset of a camera's counts, told by the variance of their noise over the level.
#include "observations/camera_noise.hpp"

#include <random>

#include "files.hpp"
#include "run/error.hpp"

namespace mollis::test {
namespace {

using observations::counts_told;
using observations::UnknownCounts;

constexpr double gain = 4.0, offset = 100.0;

grid::Grid plane() { return make_grid({grid::uniform_axis("y", 90, 0.0, 1.0, false), grid::uniform_axis("x", 100, 0.0, 1.5, false)}); }

/// Photons: 25 to 625 a point.
double photons(Coordinates const& x) { return 100.0 * (1.5 + std::sin(4.0 * x[0])) * (1.5 + std::sin(4.0 * x[1] + 1.0)); }

/// Poisson draws of photons, seeded by the point: the same on any number of ranks.
Field camera(grid::Grid const& grid, unsigned seed) {
  return sample(grid, [seed](Coordinates const& x) {
    std::seed_seq sequence{seed, static_cast<unsigned>(std::lround(89.0 * x[0])), static_cast<unsigned>(std::lround(66.0 * x[1]))};
    std::mt19937 engine(sequence);
    return offset + gain * static_cast<double>(std::poisson_distribution<long>(photons(x))(engine));
  });
}

/// 9000 points have some 2300 independent differences: a scale is known to sqrt(2 / 2300), 3 %, the offset to some 10 of its photons.
TEST(CameraNoise, GainAndOffsetAreTold) {
  auto const grid = plane();
  for (unsigned seed = 1; seed <= 4; ++seed) {
    auto const data = camera(grid, seed);
    auto const both = counts_told(grid, {}, {std::nullopt, std::nullopt}, data), slope = counts_told(grid, {}, {std::nullopt, offset}, data),
               zero = counts_told(grid, {}, {gain, std::nullopt}, data);
    std::printf("camera: gain %.3f, offset %.1f; gain alone %.3f; offset alone %.1f\n", both.gain, both.offset, slope.gain, zero.offset);
    EXPECT_NEAR(both.gain, gain, 0.15 * gain);
    EXPECT_NEAR(both.offset, offset, 160.0);
    EXPECT_NEAR(slope.gain, gain, 0.1 * gain);
    EXPECT_EQ(slope.offset, offset);
    EXPECT_NEAR(zero.offset, offset, 100.0);
    EXPECT_EQ(zero.gain, gain);
    EXPECT_LT(both.offset, offset + gain * 25.0);  // the darkest point: some noise is left to it
  }
}

void expect_refused(grid::Grid const& grid, UnknownCounts const& given, Field const& data, char const* what) {
  try {
    counts_told(grid, {}, given, data);
    FAIL() << what;
  } catch (run::Error const& error) {
    EXPECT_EQ(error.code(), run::Exit::bad_data);
    EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
  }
}

TEST(CameraNoise, IsRefusedWhereTheDataDoNotTell) {
  auto const grid = plane();
  auto const clean = to_vector(sample(grid, photons)), noisy = to_vector(camera(grid, 9));
  std::vector<double> alike;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    double const draw = (noisy[i] - offset - gain * clean[i]) / (gain * std::sqrt(clean[i]));
    alike.push_back(offset + gain * clean[i] + 50.0 * draw);
  }
  expect_refused(grid, {std::nullopt, std::nullopt}, to_field(alike), "does not rise with the values along a straight line");
  expect_refused(grid, {std::nullopt, offset}, to_field(alike), "does not rise with the values along a straight line");
  expect_refused(grid, {std::nullopt, 1000.0}, to_field(noisy), "lie below the offset of 1000");
  auto const line = make_grid({grid::uniform_axis("x", 60, 0.0, 1.5, false)});
  expect_refused(line, {std::nullopt, offset}, sample(line, [](Coordinates const& x) { return 500.0 + x[0]; }), "too few differences");
}

}  // namespace
}  // namespace mollis::test
