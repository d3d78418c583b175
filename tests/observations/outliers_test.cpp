// Data that stand alone off their neighbours; what losses cost.
#include "observations/outliers.hpp"

#include "files.hpp"
#include "forward/noise.hpp"
#include "kernels/pointwise.hpp"
#include "observations/loss.hpp"
#include "observations/spikes.hpp"

namespace mollis::test {
namespace {

std::vector<grid::Axis> plane() {
  return {grid::uniform_axis("y", 40, 0.0, 1.0, false), grid::uniform_axis("x", 50, 0.0, 1.0, true)};
}

/// A front, four points wide, that bends; and a step along it.
double front(Coordinates const& x) {
  return std::tanh((x[0] - 0.5 - 0.1 * std::cos(6.28318530717958648 * x[1])) / 0.05);
}

/// Numbers of the points on the grid.
std::vector<double> numbers(grid::Grid const& grid) {
  return to_vector(
      sample(grid, [](Coordinates const& x) { return std::round(39.0 * x[0]) * 50.0 + std::round(50.0 * x[1]); }));
}
bool is_off(double number) { return std::fmod(number, 83.0) == 7.0; }

/// Off by 20 standard deviations at some points.
Field dirty(grid::Grid const& grid, double sigma) {
  auto values = to_vector(forward::with_noise(grid, sample(grid, front), sigma, 3, 0));
  auto const points = numbers(grid);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += is_off(points[i]) ? 20.0 * sigma : 0.0;
  return to_field(values);
}

TEST(Spikes, StandOutOfNoiseAndFrontsDoNot) {
  double const sigma = 0.01;
  auto const grid = make_grid(plane());
  auto const found = to_vector(observations::spikes(grid, dirty(grid, sigma)));
  auto const points = numbers(grid);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (is_off(points[i]))
      EXPECT_NEAR(found[i] / (20.0 * sigma * observations::spike_gain), 1.0, 0.35) << points[i];
    else
      EXPECT_LT(found[i], (points[i] < 150.0 || points[i] >= 1850.0 ? 8.0 : 4.0) * sigma)
          << points[i];  // near ends of y x alone tells
  }
}

/// Two open axes. Points of corners, off by 200 deviations; neither their neighbours there nor what bends there by as much are taken for such.
TEST(Spikes, StandOutInCorners) {
  double const sigma = 1e-3;
  auto const grid = make_grid({grid::uniform_axis("y", 24, 0.0, 1.0, false), grid::uniform_axis("x", 26, 0.0, 1.0, false)});
  auto const number = [](Coordinates const& x) { return std::round(23.0 * x[0]) * 26.0 + std::round(25.0 * x[1]); };
  auto const points = to_vector(sample(grid, number));
  for (double const off : {0.0, 25.0, 26.0, 23.0 * 26.0 + 1.0, 21.0 * 26.0 + 23.0}) {
    auto values = to_vector(forward::with_noise(grid, sample(grid, [](Coordinates const& x) { return 0.3 * std::sin(3.14159265358979324 * x[1]) + x[0] * x[0] + std::exp(-4.0 * x[0] - 5.0 * x[1]); }),
                                                sigma, 5, 0));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += points[i] == off ? 200.0 * sigma : 0.0;
    auto const found = to_vector(observations::spikes(grid, to_field(values)));
    for (std::size_t i = 0; i < found.size(); ++i) {
      double const row = std::floor(points[i] / 26.0), column = std::fmod(points[i], 26.0);
      bool const in_corner = (row < 3.0 || row > 20.0) && (column < 3.0 || column > 22.0);
      if (points[i] == off) {
        EXPECT_GT(found[i], 20.0 * sigma) << off;
      } else if (in_corner) {
        EXPECT_LT(found[i], 6.0 * sigma) << off << " at " << points[i];
      }
    }
  }
}

TEST(Spikes, AreLeftOut) {
  auto const grid = make_grid(plane());
  observations::State state;
  state.data = dirty(grid, 0.01);
  state.sigma = 0.01;
  state.loss = observations::Loss::robust;
  state.alone = observations::spikes(grid, state.data);
  kernels::scale(1.0 / state.sigma, state.alone);
  std::vector<observations::State> states{state};
  observations::leave_spikes_out(grid, {}, states);
  EXPECT_GE(states.front().gaps, 2000 / 83 + 1);
  EXPECT_LE(states.front().gaps, 2000 / 83 + 6);  // and some beside them, near an end
  EXPECT_GT(states.front().bridged, 15);
  EXPECT_EQ(to_vector(state.data).size(), to_vector(states.front().data).size());
  EXPECT_EQ(observations::moments(grid, state.data).count, 2000);  // a copy
}

/// cost' = 2 w r; w is 1 of what is near and 0 of what is far.
TEST(Loss, WeightIsTheSlopeOfTheCost) {
  using observations::Loss;
  for (double r = 0.05; r < 8.0; r += 0.1) {
    double const h = 1e-5,
                 slope = (observations::cost_of(Loss::robust, r + h) - observations::cost_of(Loss::robust, r - h)) /
                         (2.0 * h);
    EXPECT_NEAR(slope, 2.0 * r * observations::weight_of(Loss::robust, r), 1e-6) << r;
    EXPECT_EQ(observations::weight_of(Loss::robust, r), observations::weight_of(Loss::robust, -r));
  }
  EXPECT_GT(observations::weight_of(Loss::robust, 2.0), 0.99);
  EXPECT_NEAR(observations::weight_of(Loss::robust, 4.0), 0.5, 1e-3);
  EXPECT_EQ(observations::weight_of(Loss::robust, 6.0), 0.0);
  EXPECT_EQ(observations::weight_of(Loss::robust, 1e200), 0.0);
  EXPECT_EQ(observations::weight_of(Loss::gaussian, 1e3), 1.0);
}

}  // namespace
}  // namespace mollis::test
