// Steps of a joint fit within bounds: two parameters at 0 that whole steps let go of in turns.
#include "joined.hpp"

namespace mollis::test {
namespace {

/// u = a f + b g + c h, linear in all unknowns, so that each step ends at the optimum of those that are not held. The sines q_k = sin(2 pi k x)
/// are orthogonal: with d of them in the data, the fit is that of R p = d with the rows of R as below.
std::string const three_waves = R"toml(
[grid]
axes = ["x"]
points = [64]
lower = [0.0]
upper = [1.0]
periodic = ["x"]
[fields.f]
value = "0.3*sin(4*pi*x) - 0.9*sin(6*pi*x)"
[fields.g]
value = "0.6*sin(2*pi*x) - 0.3*sin(4*pi*x) + 1.3*sin(6*pi*x)"
[fields.h]
value = "2*sin(2*pi*x) + 0.1*sin(4*pi*x) - 1.6*sin(6*pi*x)"
[parameters.a]
over = []
initial = 1.0
lower = 0.0
[parameters.b]
over = []
initial = 1.0
lower = 0.0
[parameters.c]
over = []
initial = 1.0
lower = 0.0
[equation]
residual = "u - a*f - b*g - c*h"
)toml";
double waves(Coordinates const& x) {
  return -2.0 * std::sin(2.0 * pi * x[0]) + 2.0 * std::sin(4.0 * pi * x[0]) - 2.0 * std::sin(6.0 * pi * x[0]);
}

/// With b and c at 0, a = (0.3 2 + 0.9 2)/(0.3^2 + 0.9^2) = 8/3, where the squares fall towards b < 0 and c < 0 alone. Whole steps hold b
/// and c and let them go again in turns, all of a with them, without end; halved ones arrive. The first step within the bounds is set back to
/// a = b = c = 0, where it began: the states have moved, so it is no end.
TEST(Bounds, StepsThatSwingBetweenTwoSetsAreHalved) {
  Options options;
  options.noise = 0.001;
  Joined j(three_waves, {{"u", waves}}, options);
  auto const& result = j.fit();
  auto const fitted = parameters_of(j.c, j.parameters);
  double const a = to_vector(fitted[0])[0], b = to_vector(fitted[1])[0], c = to_vector(fitted[2])[0];
  std::vector<double> moved;
  for (auto const& trial : result.trials)
    if (trial.phase == "bounds") moved.push_back(trial.change);
  std::printf("swings: a %.6f, b %g, c %g after %zu steps within bounds%s\n", a, b, c, moved.size(), result.converged ? "" : ", not converged");
  EXPECT_TRUE(result.converged);
  EXPECT_NEAR(a, 8.0 / 3.0, 0.003);
  EXPECT_EQ(b, 0.0);
  EXPECT_EQ(c, 0.0);
  ASSERT_GT(moved.size(), 8u);
  EXPECT_NEAR(moved[5], moved[7], 1e-6);  // they do swing while they are whole
  EXPECT_GT(moved[7], 0.5);
}

/// The same with noise of 4.5: what both sets differ by is less than what a step may lead uphill at first, so that they swing on until less
/// is allowed.
TEST(Bounds, StepsThatSwingBetweenSetsOfNearlyTheSameHeightArriveToo) {
  Options options;
  options.noise = 4.5;
  Joined j(three_waves, {{"u", waves}}, options);
  auto const& result = j.fit();
  auto const fitted = parameters_of(j.c, j.parameters);
  std::size_t steps = 0;
  for (auto const& trial : result.trials) steps += trial.phase == "bounds" ? 1u : 0u;
  std::printf("swings: a %.6f after %zu steps within bounds%s\n", to_vector(fitted[0])[0], steps, result.converged ? "" : ", not converged");
  EXPECT_TRUE(result.converged);
  EXPECT_EQ(to_vector(fitted[1])[0], 0.0);
  EXPECT_EQ(to_vector(fitted[2])[0], 0.0);
  EXPECT_GT(steps, 10u);
}

}  // namespace
}  // namespace mollis::test
