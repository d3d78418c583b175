// Fits that data alone decide: point by point, and within bounds that cut the truth.
#include "problem/case.hpp"

namespace mollis::test {
namespace {

TEST(Recovery, PointByPoint) {
  // beta = 0: lambda = -m / lap(u) at every point; the filters see a quadratic exactly
  Case c(R"toml(
[grid]
axes = ["y", "x"]
points = [15, 17]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "-(2 + sin(9*x)*cos(7*y))*6"
[parameters.lambda]
over = ["y", "x"]
[mollifier]
radius = 3
[equation]
residual = "lambda*lap(u) + m"
[inversion]
method = "pointwise"
tolerance = 1e-12
)toml",
         {{"u", [](Coordinates const& x) { return x[1] * x[1] + 2.0 * x[0] * x[0]; }}});
  auto const result = fit(c, {0.0});
  EXPECT_TRUE(result.converged);
  EXPECT_LT(
      error_of(c, result.x, 0, [](Coordinates const& x) { return 2.0 + std::sin(9.0 * x[1]) * std::cos(7.0 * x[0]); }),
      1e-9);
}

/// A square with the known field m, radius 3; `more` has the equation, lambda over both axes and the rest.
std::string square(std::string const& points, std::string const& more) {
  return "[grid]\naxes = [\"y\", \"x\"]\npoints = [" + points + "]\nlower = [0.0, 0.0]\nupper = [1.0, 1.0]\n"
         "[fields.m]\nvalue = \"-(2 + sin(5*x)*cos(4*y))*6\"\n[mollifier]\nradius = 3\n" + more;
}

double bowl(Coordinates const& x) { return x[1] * x[1] + 2.0 * x[0] * x[0]; }

/// lambda lap(u) + m = 0 with bounds that cut the truth, at a negligible smoothness weight: the fit is the clipped
/// truth.
void expect_clipped(std::string const& residual, std::string const& extra, Formula const& unbounded, double lower,
                    double upper) {
  Case c(square("15, 17", "[inversion]\ntolerance = 1e-11\n[equation]\nresidual = \"" + residual +
                              "\"\n[parameters.lambda]\nover = [\"y\", \"x\"]\ninitial = 1.5\nlower = " + std::to_string(lower) +
                              "\nupper = " + std::to_string(upper) + "\n" + extra),
         {{"u", bowl}});
  c.states[0].sigma = 1e-3;
  auto const result = fit(c, {1e-14});
  EXPECT_TRUE(result.converged);
  auto const found = to_vector(parameters_of(c, result.x)[0]);
  auto const exact =
      to_vector(sample(c.grid, [&](Coordinates const& x) { return std::clamp(unbounded(x), lower, upper); }));
  double at_lower = 0.0, at_upper = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_GE(found[i], lower * (1.0 - 1e-15));
    EXPECT_LE(found[i], upper * (1.0 + 1e-15));
    EXPECT_NEAR(found[i], exact[i], 1e-6);
    at_lower += exact[i] == lower ? 1.0 : 0.0;
    at_upper += exact[i] == upper ? 1.0 : 0.0;
  }
  EXPECT_GT(sum_over(c.grid.comm(), at_lower), 5.0);  // the case means something
  EXPECT_GT(sum_over(c.grid.comm(), at_upper), 5.0);
}

double bounded_truth(Coordinates const& x) { return 2.0 + std::sin(5.0 * x[1]) * std::cos(4.0 * x[0]); }

TEST(Bounds, OfAnAffineFit) { expect_clipped("lambda*lap(u) + m", "", bounded_truth, 1.4, 2.6); }
TEST(Bounds, OfALogarithm) { expect_clipped("lambda*lap(u) + m", "transform = \"log\"\n", bounded_truth, 1.4, 2.6); }
TEST(Bounds, OfANonlinearFit) {
  expect_clipped(
      "lambda^2*lap(u) + m", "", [](Coordinates const& x) { return std::sqrt(bounded_truth(x)); }, 1.2, 1.6);
}

/// Within bounds linear solves are many times as long (stiff weights: 10000 iterations in place of 90 at 128 x 128): a fit that ends inside of its bounds takes none of them.
TEST(Bounds, ThatDoNotHoldChangeNothing) {
  std::vector<std::vector<double>> found;
  std::vector<int> krylov;
  for (std::string const bound : {"", "lower = 0.05\n"}) {
    Case c(square("33, 36", "[equation]\nresidual = \"lambda*lap(u) + m\"\n[parameters.lambda]\nover = [\"y\", \"x\"]\ninitial = 1.5\n"
                            "transform = \"log\"\n" + bound + "[inversion]\ntolerance = 1e-6\n"),
           {{"u", bowl}});
    c.states[0].sigma = 1e-3;
    auto const result = fit(c, {1.0});
    EXPECT_TRUE(result.converged);
    found.push_back(to_vector(parameters_of(c, result.x)[0]));
    krylov.push_back(c.progress.krylov());
  }
  std::printf("iterations of linear solves: %d without a bound, %d with one\n", krylov[0], krylov[1]);
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(krylov[0], krylov[1]);
}

/// Smoothness couples what stands at a bound to what does not. At the minimum the gradient H x - b vanishes inside and points
/// out of the bounds on them, to the accuracy of the linear solves.
TEST(Bounds, AreHeldByTheGradientAlone) {
  Case c(R"toml(
[grid]
axes = ["y", "x"]
points = [21, 24]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "-(2 + sin(5*x)*cos(4*y))*6"
[mollifier]
radius = 3
[inversion]
tolerance = 1e-12
[equation]
residual = "lambda*lap(u) + m"
[parameters.lambda]
over = ["y", "x"]
initial = 1.5
lower = 1.4
upper = 2.6
smoothness = { order = 2, weight = 1e-3 }
)toml",
         {{"u", [](Coordinates const& x) { return x[1] * x[1] + 2.0 * x[0] * x[0]; }}});
  c.states[0].sigma = 1e-3;
  Quiet const quiet;
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, c.deck.inversion.tolerance);
  auto& equation = candidate.equation();
  equation_error::Fit result;
  result.x = parameters::first_guess(c.space);
  result.beta = {1e-3};
  equation.fit(result, c.deck.inversion.reweight);
  EXPECT_TRUE(result.converged);
  auto const gradient = petsc::like(result.x), b = equation.right_hand_side(result.weights);
  petsc::check(MatMult(equation.normal_matrix(result.x, result.weights, result.beta), result.x, gradient));
  petsc::check(VecAXPY(gradient, -1.0, b));
  auto const x = to_vector(parameters_of(c, result.x)[0]), slope = to_vector(parameters_of(c, gradient)[0]), scale = to_vector(parameters_of(c, b)[0]);
  double size = 0.0, held = 0.0;
  for (double const value : scale) size = std::max(size, std::abs(value));
  for (std::size_t i = 0; i < x.size(); ++i) {
    bool const low = x[i] == 1.4, high = x[i] == 2.6;
    held += low || high ? 1.0 : 0.0;
    EXPECT_TRUE(x[i] >= 1.4 && x[i] <= 2.6);
    if (low)
      EXPECT_GT(slope[i], 0.0);
    else if (high)
      EXPECT_LT(slope[i], 0.0);
    else
      EXPECT_LT(std::abs(slope[i]), 1e-9 * size);
  }
  double const points = static_cast<double>(c.grid.points()), all = sum_over(c.grid.comm(), held);
  EXPECT_TRUE(all > 0.05 * points && all < 0.95 * points) << all << " of " << points;
}

}  // namespace
}  // namespace mollis::test
