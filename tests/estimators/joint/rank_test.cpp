// The same joint fit on all ranks together and on each rank alone. Its linear solves stop at a relative error of 0.05, so that sums
// in another order may move every step a little: by less than the thousandth at which fits end. The last weights are given, so that no
// choice depends on rounding.
#include "joined.hpp"

namespace mollis::test {
namespace {

double bowl(Coordinates const& x) {
  return 0.2 * std::sin(pi * x[1]) * std::sin(pi * x[0]) - 2.0 * (x[1] * x[1] + x[0] * x[0]);
}

double wave(Coordinates const& x) {
  return std::sin(2.0 * pi * x[1]) * std::exp(-x[0]) + 0.4 * std::cos(4.0 * pi * x[1] - 3.0 * x[0]);
}

/// The largest difference of the parameters over the largest value.
double difference(std::string const& text, Formula const& state, double missing) {
  Options options;
  options.noise = 0.01;
  Joined all(text, {{"u", state}}, options, missing);
  options.comm = MPI_COMM_SELF;
  Joined alone(text, {{"u", state}}, options, missing);
  all.fit();
  alone.fit();
  EXPECT_EQ(all.result.newton, alone.result.newton);
  auto const a = parameters_of(all.c, all.parameters), b = parameters_of(alone.c, alone.parameters);
  double largest = 0.0;
  for (std::size_t p = 0; p < a.size(); ++p) {
    auto const here = to_vector(a[p]), whole = to_vector(b[p]);
    auto const& grid = all.c.space.unknowns()[p].grid;
    double size = 0.0;
    for (double const value : whole) size = std::max(size, std::abs(value));
    EXPECT_GT(size, 0.04);
    auto const points = local_points(grid);
    for (std::size_t i = 0; i < points.size(); ++i) {
      Index at = 0;
      for (int k = 0; k < grid.dimension(); ++k) at = at * grid.axis(k).size() + points[i][static_cast<std::size_t>(k)];
      largest = std::max(largest, std::abs(here[i] - whole[static_cast<std::size_t>(at)]) / size);
    }
  }
  largest = largest_over(MPI_COMM_WORLD, largest);
  if (all.c.grid.rank() == 0) std::printf("largest difference %.2e\n", largest);
  return largest;
}

TEST(JointRanks, FieldOnAnOpenSquare) {
  EXPECT_LT(difference(R"toml(
[grid]
axes = ["y", "x"]
points = [20, 24]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "(1 + 0.4*sin(2*pi*x)*sin(2*pi*y))*(8 + 0.4*pi^2*sin(pi*x)*sin(pi*y))"
[parameters.lambda]
over = ["y", "x"]
smoothness = { order = 2, weight = 0.02 }
[equation]
residual = "lambda*lap(u) + m"
[joint]
penalty = 2.0
)toml",
                       bowl, 0.0),
            2e-4);
}

TEST(JointRanks, ParameterOverOneAxisWithGaps) {
  EXPECT_LT(difference(R"toml(
[grid]
axes = ["t", "x"]
points = [25, 24]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["x"]
[fields.m]
value = "-sin(2*pi*x)*exp(-t) + 1.2*sin(4*pi*x - 3*t) + 0.05*(4*pi^2*sin(2*pi*x)*exp(-t) + 6.4*pi^2*cos(4*pi*x - 3*t))"
[parameters.a]
over = ["x"]
initial = 0.1
smoothness = { order = 2, weight = 20.0 }
[equation]
residual = "dt(u) - a*dx(dx(u)) - m"
[joint]
penalty = 5.0
)toml",
                       wave, 0.1),
            1e-5);
}

}  // namespace
}  // namespace mollis::test
