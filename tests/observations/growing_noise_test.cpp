// Noise that grows with the values told from noise that does not, and from signals that are rough where they are large.
#include "observations/growing_noise.hpp"

#include "files.hpp"
#include "forward/noise.hpp"

namespace mollis::test {
namespace {

using observations::growth_of_noise;

std::vector<grid::Axis> plane() { return {grid::uniform_axis("y", 90, 0.0, 1.0, false), grid::uniform_axis("x", 100, 0.0, 1.5, false)}; }

double smooth(Coordinates const& x) { return 40.0 * (1.5 + std::sin(4.0 * x[0])) * (1.5 + std::sin(4.0 * x.back() + 1.0)); }

/// White noise of deviation hypot(share u, floor) on top.
Field observed(grid::Grid const& grid, double (*signal)(Coordinates const&), double share, double floor, std::uint64_t seed) {
  auto const clean = to_vector(sample(grid, signal));
  auto values = to_vector(forward::with_noise(grid, sample(grid, [](Coordinates const&) { return 0.0; }), 1.0, seed, 0));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = clean[i] + std::hypot(share * clean[i], floor) * values[i];
  return to_field(values);
}

TEST(GrowingNoise, IsFoundWithItsShareAndFloor) {
  auto const grid = make_grid(plane());
  for (double const floor : {0.0, 1.5}) {
    auto const growth = growth_of_noise(grid, observed(grid, smooth, 0.05, floor, 3));
    ASSERT_TRUE(growth);
    EXPECT_TRUE(growth->found()) << growth->evidence << " " << growth->explained << " " << growth->range << " " << growth->other;
    EXPECT_NEAR(growth->law.share, 0.05, 0.005);
    if (floor > 0.0) {
      EXPECT_NEAR(growth->law.floor, floor, 0.4);
    } else {
      EXPECT_LT(growth->law.floor, 0.8);
    }
  }
}

TEST(GrowingNoise, IsFoundInALongSeries) {
  auto const grid = make_grid({grid::uniform_axis("t", 4000, 0.0, 2.0, false)});
  auto const growth = growth_of_noise(grid, observed(grid, smooth, 0.03, 0.0, 5));
  ASSERT_TRUE(growth);
  EXPECT_TRUE(growth->found());
  EXPECT_NEAR(growth->law.share, 0.03, 0.004);
}

TEST(GrowingNoise, NoiseThatIsAlikeEverywhereIsNotTakenForIt) {
  auto const grid = make_grid(plane());
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    auto const growth = growth_of_noise(grid, observed(grid, smooth, 0.0, 2.0, seed));
    ASSERT_TRUE(growth);
    EXPECT_LT(growth->evidence, 5.0) << seed;
  }
}

/// Bright spots two and a half points wide on a dim ground: the brighter, the rougher.
double spots(Coordinates const& x) {
  double value = 1.0;
  for (int k = 0; k < 60; ++k) {
    double const y0 = std::fmod(0.37 * k + 0.05, 1.0), x0 = std::fmod(0.59 * k + 0.1, 1.5), width = 0.028;
    value += (3.0 + k % 5) * std::exp(-((x[0] - y0) * (x[0] - y0) + (x[1] - x0) * (x[1] - x0)) / (2.0 * width * width));
  }
  return value;
}

double front(Coordinates const& x) { return 1.0 + std::tanh((x[0] + x[1] - 1.1) / 0.015) + 0.3 * std::sin(6.0 * x[1]); }

TEST(GrowingNoise, NorAreSignalsThatAreRoughWhereTheyAreLarge) {
  auto const grid = make_grid(plane());
  for (auto* signal : {spots, front})
    for (double const sigma : {0.05, 1e-3, 1e-6}) {
      auto const growth = growth_of_noise(grid, observed(grid, signal, 0.0, sigma, 7));
      EXPECT_FALSE(growth && growth->found())
          << (signal == front) << " " << sigma << ": " << growth->evidence << " " << growth->explained << " " << growth->range << " " << growth->other;
    }
}

TEST(GrowingNoise, IsNotAskedForOfFewPoints) {
  auto const line = make_grid({grid::uniform_axis("t", 300, 0.0, 2.0, false)});
  EXPECT_FALSE(growth_of_noise(line, observed(line, smooth, 0.05, 0.0, 3)));
  auto const square = make_grid({grid::uniform_axis("y", 24, 0.0, 1.0, false), grid::uniform_axis("x", 24, 0.0, 1.5, false)});
  EXPECT_FALSE(growth_of_noise(square, observed(square, smooth, 0.05, 0.0, 3)));
}

TEST(GrowingNoise, DoesNotDependOnTheRanks) {
  auto const all = make_grid(plane()), alone = make_grid(plane(), MPI_COMM_SELF);
  auto const a = growth_of_noise(all, observed(all, smooth, 0.05, 1.0, 9)), b = growth_of_noise(alone, observed(alone, smooth, 0.05, 1.0, 9));
  ASSERT_TRUE(a && b);
  EXPECT_NEAR(a->law.share, b->law.share, 1e-10 * b->law.share);
  EXPECT_NEAR(a->evidence, b->evidence, 1e-8 * b->evidence);
}

TEST(GrowingNoise, IsThatOfStatesWhereTheDeckSaysNothing) {
  auto const grid = make_grid(plane());
  auto const file = scratch("growing.h5");
  auto const values = observed(grid, smooth, 0.05, 0.0, 3);
  write(file, grid, {{"u", values}, {"v", observed(grid, smooth, 0.0, 2.0, 3)}});
  observations::Settings u, v, given;
  u.file = v.file = given.file = file;
  u.dataset = given.dataset = "u";
  v.dataset = "v";
  given.noise = observations::Proportional{0.05, 0.0};
  auto const states = observations::read_states(grid, {{"u", u}, {"v", v}, {"given", given}});
  ASSERT_TRUE(states[0].grows);
  EXPECT_TRUE(states[0].automatic);
  EXPECT_NEAR(states[0].sigma / states[2].sigma, 1.0, 0.1);
  EXPECT_GT(states[0].shape.extent(0), 0u);
  EXPECT_FALSE(states[1].grows);
  EXPECT_EQ(states[1].shape.extent(0), 0u);
  auto const as = std::get<observations::Proportional>(observations::as_given(states[0], 2.0 * states[0].sigma));
  EXPECT_EQ(as.share, 2.0 * states[0].grows->share);
  EXPECT_EQ(std::get<double>(observations::as_given(states[1], 0.5)), 0.5);
}

/// Dead pixels, one in twenty, err by as much as the values: with a loss that sets them aside the noise is that of the others.
TEST(GrowingNoise, DeadPixelsAreNoneOfIt) {
  auto const grid = make_grid(plane());
  auto const file = scratch("dead.h5");
  auto const number = to_vector(sample(grid, [](Coordinates const& x) { return std::round(89.0 * x[0]) * 100.0 + std::round(66.0 * x[1]); }));
  auto const with_dead = [&](Field const& data) {
    auto values = to_vector(data);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (std::fmod(number[i] * 7919.0, 10007.0) < 500.0) values[i] = 0.0;
    return to_field(values);
  };
  auto const alike = with_dead(observed(grid, smooth, 0.0, 2.0, 3));
  write(file, grid, {{"alike", alike}, {"grows", with_dead(observed(grid, smooth, 0.05, 1.5, 3))}});
  EXPECT_TRUE(growth_of_noise(grid, alike)->found());
  observations::Settings u, v;
  u.file = v.file = file;
  u.dataset = "alike";
  v.dataset = "grows";
  u.loss = v.loss = observations::Loss::robust;
  auto const states = observations::read_states(grid, {{"u", u}, {"v", v}});
  EXPECT_FALSE(states[0].grows);
  EXPECT_NEAR(states[0].sigma, 2.0, 0.1);
  ASSERT_TRUE(states[1].grows);
  EXPECT_NEAR(states[1].grows->share, 0.05, 0.005);
}

}  // namespace
}  // namespace mollis::test
