// What fits of the same data have found, raised noise and averages that fail: a run that goes on after it was stopped takes it up.
#include "checkpoint/keeper.hpp"
#include "estimators/joint/around.hpp"
#include "estimators/joint/estimator.hpp"
#include "joined.hpp"

namespace mollis::test {
namespace {

/// A source of 1 + cos(2 pi x) in place of the 1 that the deck has: automatic noise is raised.
std::string const lacking = R"toml(
[grid]
axes = ["y", "x"]
points = [20, 18]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[parameters.lambda]
over = []
[equation]
residual = "lambda*lap(u) + 1"
)toml";
double dome(Coordinates const& x) { return -0.25 * (x[0] * x[0] + x[1] * x[1]) + std::cos(2.0 * pi * x[1]) / (4.0 * pi * pi); }

/// Fits whose keeper holds what the runs before have kept in it.
class Runs : public ::testing::Test {
 protected:
  Runs() : c(lacking, {{"u", dome}}, options()), first(parameters::first_guess(c.space)) {
    for (auto& state : c.states) state.automatic = true;
  }
  static Options options() {
    Options options;
    options.noise = 0.01;
    return options;
  }
  problem::Problem problem() const {
    auto out = c.problem();
    out.keeper = keeper;
    return out;
  }
  estimate::Estimate fitted() {
    Quiet const quiet;
    estimate::Choices choices;
    choices.start = petsc::copy_of(first);
    return joint::Estimator().estimate(problem(), choices, stages);
  }
  double lambda(Vec x) const { return largest_over(MPI_COMM_WORLD, to_vector(parameters_of(c, x)[0]).front()); }

  Case c;
  petsc::Vector first;
  run::Stages stages;
  std::shared_ptr<checkpoint::Keeper> keeper = std::make_shared<checkpoint::Keeper>(MPI_COMM_WORLD, checkpoint::Settings{}, "id", c.progress, stages);
};

/// Kept while the last fit rests, with what it had found of the noise: a run that goes on from there takes a step or two, and raises nothing more.
TEST_F(Runs, GoOnWithTheNoiseThatWasRaised) {
  auto const whole = fitted();
  auto const* learned = keeper->kept("fit/learned");
  ASSERT_NE(learned, nullptr);
  EXPECT_GT(whole.noise[0], 1.5 * c.states[0].sigma);
  EXPECT_EQ(learned->numbers("noise"), whole.noise);
  double const times = learned->numbers("times").front();
  auto const again = fitted();
  EXPECT_EQ(again.noise, whole.noise);
  EXPECT_EQ(keeper->kept("fit/learned")->numbers("times").front(), times);
  EXPECT_NEAR(lambda(again.parameters) / lambda(whole.parameters), 1.0, 1e-6);
  EXPECT_EQ(again.steps, whole.steps);
}

/// Stopped before the first rest of a fit with factors and raised noise: the answer is that of such a fit.
TEST_F(Runs, GoOnWithFactorsWhereAveragesHaveFailed) {
  std::vector<double> const raised{4.0 * c.states[0].sigma};
  checkpoint::Quantities learned;
  learned.put("averages_fail", {1.0});
  learned.put("noise", raised);
  learned.put("times", {3.0});
  keeper->keep("fit/learned", learned);
  auto const found = fitted();
  EXPECT_EQ(found.noise, raised);
  EXPECT_TRUE(dynamic_cast<joint::Around const&>(*found.linear).objective().averages_fail());
  Quiet const quiet;
  auto const problem = c.problem().with_noise(raised);
  joint::Objective objective(problem, joint::Lattice(c.grid, c.system, c.deck.joint.spline_degree));
  objective.set_averages_fail(true);
  auto const expected = joint::fit(objective, first);
  auto const parameters = c.space.make_vector();
  objective.take_parameters(expected.x, parameters);
  EXPECT_EQ(found.steps, expected.newton);
  EXPECT_NEAR(lambda(found.parameters) / lambda(parameters), 1.0, 1e-10);
}

}  // namespace
}  // namespace mollis::test
