// Weights of the smoothness where the Hessian is factorised: data inside a disc.
#include "joined.hpp"
#include "scattered.hpp"

namespace mollis::test {
namespace {

std::string const nucleus = R"toml(
[grid]
axes = ["y", "x"]
points = [21, 23]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "(1 + 0.4*sin(2*pi*x)*cos(3*pi*y))*(2 + sin(2*pi*x)*cos(2*pi*y)) + 2e-4*64*pi^4*sin(2*pi*x)*cos(2*pi*y)"
[parameters.lambda]
over = ["y", "x"]
initial = 1.0
[equation]
residual = "2e-4*lap(lap(u)) + lambda*u - m"
)toml";
double state(Coordinates const& x) { return 2.0 + std::sin(2.0 * pi * x[1]) * std::cos(2.0 * pi * x[0]); }

/// Data inside a disc alone, all else unknown.
void hide(Case& c, double square) {
  auto values = to_vector(c.states.front().data);
  double gaps = 0.0;
  auto const points = local_points(c.grid);
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto const x = coordinates_of(c.grid, points[i]);
    if (std::pow(x[0] - 0.5, 2) + std::pow(x[1] - 0.5, 2) < square) continue;
    values[i] = std::nan("");
    gaps += 1.0;
  }
  c.states.front().data = to_field(values);
  c.states.front().gaps = static_cast<Index>(sum_over(c.grid.comm(), gaps));
}

/// From 1, all unknowns solved with the factorised Hessian.
joint::Joined fit_of(double noise, double square) {
  Quiet const quiet;
  Options options;
  options.noise = noise;
  Case c(nucleus, {{"u", state}}, options);
  hide(c, square);
  auto const problem = c.problem();
  joint::Objective objective(problem, joint::Lattice(c.grid, c.system, c.deck.joint.spline_degree));
  objective.set_averages_fail(true);
  return joint::fit(objective, parameters::first_guess(c.space));
}

/// Averages promise the start twelve degrees of freedom, a disc of data leaves it far fewer. Without falling back the field goes to what its
/// smoothness leaves free and evidence stays with it: weights of 10 to 2e4, 0.1 degrees of freedom. There are 46 data.
TEST(Weights, AStartThatIsTooStiffIsLoosened) {
  auto const result = fit_of(0.001, 0.03);
  EXPECT_LT(result.trials.back().smoothness.front(), 0.1);
  EXPECT_GT(result.trials.back().freedom, 10.0);
}

/// Where averages go on from what the Hessian told at the last weight they pass the end and turn, six times in 21 steps, as 46 data leave gamma steep.
TEST(Weights, EndWhereTheHessianHasThem) {
  auto const result = fit_of(0.001, 0.03);
  EXPECT_TRUE(result.converged);
  int turns = 0, steps = 0;
  double before = 0.0;
  for (std::size_t n = 1; n < result.trials.size(); ++n) {
    double const moved = std::log(result.trials[n].smoothness.front() / result.trials[n - 1].smoothness.front());
    if (result.trials[n].phase != "weight") continue;
    ++steps;
    if (before * moved < 0.0) ++turns;
    if (moved != 0.0) before = moved;
  }
  EXPECT_LE(turns, 3);   // 2
  EXPECT_LE(steps, 16);  // 13
}

/// Three scattered data a wave that stands a thousand times above their noise: a prior of the states as strong as the data would bend it.
TEST(Weights, ThePriorOfStatesYieldsToFewScatteredData) {
  auto const wave = [](Coordinates const& x) { return std::exp(-0.01 * 25.0 * pi * pi * x[0]) * std::cos(5.0 * pi * x[1]); };
  Options options;
  options.noise = 0.001;
  Case const c("[grid]\naxes = [\"t\", \"x\"]\npoints = [25, 41]\nlower = [0.0, 0.0]\nupper = [1.0, 1.0]\n[parameters.D]\nover = []\ninitial = 0.005\n"
               "[equation]\nresidual = \"dt(u) - D*lap(u)\"\n",
               {{"u", wave}}, options);
  auto const problem = scattered(c.problem(), 150, wave);
  joint::Objective objective(problem, joint::Lattice(c.grid, c.system, c.deck.joint.spline_degree));
  auto const result = [&] {
    Quiet const quiet;
    return joint::fit(objective, parameters::first_guess(c.space));
  }();
  auto const found = c.space.make_vector();
  objective.take_parameters(result.x, found);
  double const D = to_vector(c.space.scatter(found).front()).front();
  std::printf("D %.6f, share of the prior %.3g, misfit %.4g of 150\n", D, objective.prior_shares().front(), objective.parts().misfit);
  EXPECT_TRUE(result.converged);
  EXPECT_NEAR(D, 0.01, 0.00001);
  EXPECT_LT(objective.parts().misfit, 150.0);   // 870 by a prior as strong as the data, D 3.1e-5 off
}

}  // namespace
}  // namespace mollis::test
