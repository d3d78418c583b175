// Noise estimated from data whose noise is known; moments; states read from files.
#include "forward/noise.hpp"

#include <limits>

#include "files.hpp"
#include "observations/states.hpp"
#include "run/error.hpp"

namespace mollis::test {
namespace {

double smooth(Coordinates const& x) {
  double value = 1.0;
  for (std::size_t a = 0; a < x.size(); ++a) value *= 1.5 + std::sin(4.0 * x[a] + static_cast<double>(a));
  return 40.0 * value;
}

std::vector<grid::Axis> plane(bool periodic = false) {
  return {grid::uniform_axis("y", 120, 0.0, 1.0, false),
          grid::uniform_axis("x", 130, 0.0, std::acos(-1.0) / 2.0, periodic)};
}

TEST(Noise, EstimateIsWithinThreePercent) {
  for (double const sigma : {1e-3, 0.1, 3.0}) {
    auto const grid = make_grid(plane(sigma == 0.1));
    auto const data = forward::with_noise(grid, sample(grid, smooth), sigma, 4, 0);
    EXPECT_NEAR(observations::estimate_noise(grid, data) / sigma, 1.0, 0.03);
  }
}

TEST(Noise, EstimateIgnoresGapsAndOutliers) {
  auto const grid = make_grid(plane());
  auto values = to_vector(forward::with_noise(grid, sample(grid, smooth), 0.2, 5, 0));
  for (std::size_t i = 0; i < values.size(); i += 97) values[i] += 50.0;
  auto const data = forward::with_gaps(grid, to_field(values), 0.1, 6, 0);
  EXPECT_NEAR(observations::estimate_noise(grid, data) / 0.2, 1.0, 0.06);
}

TEST(Noise, TheSmoothestAxisDecides) {
  // rough along y (a wave of 4 points), smooth along x
  auto const grid = make_grid(plane());
  auto const data = forward::with_noise(
      grid, sample(grid, [](Coordinates const& x) { return 10.0 * std::sin(119.0 * std::acos(0.0) * x[0]) + x[1]; }),
      0.05, 7, 0);
  EXPECT_NEAR(observations::estimate_noise(grid, data) / 0.05, 1.0, 0.03);
}

TEST(Noise, EstimateIsNeverBelowRounding) {
  auto const grid = make_grid(plane());
  auto const data = sample(grid, [](Coordinates const&) { return -7.0; });
  EXPECT_EQ(observations::estimate_noise(grid, data), 7.0 * std::numeric_limits<double>::epsilon());
}

TEST(Noise, EstimateDoesNotDependOnTheRanks) {
  auto const all = make_grid(plane()), alone = make_grid(plane(), MPI_COMM_SELF);
  auto const a = forward::with_noise(all, sample(all, smooth), 0.1, 8, 0),
             b = forward::with_noise(alone, sample(alone, smooth), 0.1, 8, 0);
  double const one = observations::estimate_noise(alone, b);
  EXPECT_NEAR(observations::estimate_noise(all, a), one, 1e-12 * one);
}

TEST(Moments, OfAPlaneWithGaps) {
  auto const grid =
      make_grid({grid::uniform_axis("y", 5, 0.0, 4.0, false), grid::uniform_axis("x", 7, 0.0, 6.0, false)});
  auto const data = sample(grid, [](Coordinates const& x) { return x[1] == 3.0 ? NAN : x[0] * x[1] - 20.0; });
  double sum = 0.0, square = 0.0;
  int count = 0;
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 7; ++x) {
      if (x == 3) continue;
      sum += y * x - 20.0;
      square += (y * x - 20.0) * (y * x - 20.0);
      ++count;
    }
  auto const m = observations::moments(grid, data);
  EXPECT_EQ(m.count, count);
  EXPECT_NEAR(m.mean, sum / count, 1e-13);
  EXPECT_NEAR(m.deviation, std::sqrt(square / count - sum * sum / count / count), 1e-12);
  EXPECT_EQ(m.largest, 20.0);
}

TEST(States, SigmaAsTheDeckSays) {
  auto const grid = make_grid(plane());
  std::string const file = scratch("states.h5");
  auto const values = forward::with_gaps(grid, forward::with_noise(grid, sample(grid, smooth), 0.1, 9, 0), 0.02, 9, 0);
  write(file, grid, {{"u", values}, {"none", sample(grid, [](Coordinates const&) { return NAN; })}});
  run::Named<observations::Settings> given;
  observations::Settings observation;
  observation.file = file;
  observation.dataset = "u";
  using observations::Noise;
  for (Noise const& noise : {Noise{0.25}, Noise{run::Relative{0.5}}, Noise{run::Automatic{}}, Noise{0.0}}) {
    observation.noise = noise;
    given.emplace_back("u" + std::to_string(given.size()), observation);
  }
  auto const states = observations::read_states(grid, given);
  auto const m = observations::moments(grid, values);
  ASSERT_EQ(states.size(), 4u);
  EXPECT_EQ(states[0].name, "u0");
  EXPECT_EQ(states[0].gaps, grid.points() - m.count);
  EXPECT_GT(states[0].gaps, 0);
  EXPECT_EQ(states[0].sigma, 0.25);
  EXPECT_NEAR(states[1].sigma, 0.5 * m.deviation, 1e-12);
  EXPECT_NEAR(states[2].sigma, 0.1, 0.003);
  EXPECT_NEAR(states[3].sigma, m.largest * std::numeric_limits<double>::epsilon(), 1e-20);
  given[0].second.dataset = "none";
  EXPECT_EQ(exit_of([&] { observations::read_states(grid, given); }), run::Exit::bad_data);
  given[0].second.file = file + ".absent";
  EXPECT_EQ(exit_of([&] { observations::read_states(grid, given); }), run::Exit::missing_input);
}

}  // namespace
}  // namespace mollis::test
