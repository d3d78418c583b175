// How far the objective of a joint fit is quadratic, and what is said where it is not.
#include <fmt/format.h>

#include <cmath>

#include "petsc/handles.hpp"
#include "uncertainty/uncertainty.hpp"
#include "verdict/infer.hpp"

namespace mollis::test {
namespace {

std::string text_of(std::string const& parameter, std::string const& residual) {
  return R"toml(
[grid]
axes = ["y", "x"]
points = [17, 17]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[inversion]
method = "joint"
[parameters.)toml" +
         parameter + "]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2, weight = 1e-3 }\n[equation]\nresidual = \"" + residual + "\"\n";
}

double potential(Coordinates const& p) { return 1.0 + p[1] + 0.5 * p[0] * p[0] + 0.3 * std::sin(2.0 * p[0] + 3.0 * p[1]); }

/// Leaves data at every `apart`-th point of each axis.
void leave_every(Index apart, Case& c) {
  auto& state = c.states[0];
  auto const data = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), state.data);
  auto const points = local_points(c.grid);
  Index gaps = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool seen = true;
    for (int a = 0; a < c.grid.dimension(); ++a) seen = seen && points[i][static_cast<std::size_t>(a)] % apart == 0;
    if (seen) continue;
    data(i) = NAN;
    ++gaps;
  }
  Kokkos::deep_copy(state.data, data);
  state.gaps = static_cast<Index>(sum_over(c.grid.comm(), static_cast<double>(gaps)));
}

/// Data at every `apart`-th point of either axis.
inference::Inference fit(std::string const& parameter, std::string const& residual, Index apart) {
  Options options;
  options.noise = 0.02;
  options.overrides = {"inversion.method=joint", "uncertainty.samples=0"};
  Case c(text_of(parameter, residual), {{"u", potential}}, options);
  leave_every(apart, c);
  Quiet const quiet;
  return infer(c);
}

/// A draw of the error, times `length`.
petsc::Vector draw(estimate::Linearisation& linear, double length) {
  auto const noise = linear.make_vector(), prior = linear.make_vector();
  auto x = linear.make_vector();
  linear.draw(1, noise, prior);
  petsc::check(VecAXPY(noise, 1.0, prior));
  petsc::check(VecSet(x, 0.0));
  EXPECT_TRUE(linear.solve(noise, x, 1e-8).converged);
  petsc::check(VecScale(x, length));
  return x;
}

TEST(Curved, IsOneForALinearEquation) {
  auto const answer = fit("q", "lap(u) + q", 4);
  auto& linear = *answer.estimate.linear;
  EXPECT_TRUE(linear.may_be_curved());
  for (double const length : {0.3, 1.0, 10.0}) EXPECT_NEAR(linear.rise(draw(linear, length)), 1.0, 1e-5) << length;
}

/// The objective is smooth: the mean of both directions differs from what it is for short steps as the square of the length. The answer depends on no other call before it.
TEST(Curved, GoesAsTheSquareOfTheLength) {
  auto const answer = fit("s", "dx(s*dx(u)) + dy(s*dy(u)) + 0.3", 4);
  auto& linear = *answer.estimate.linear;
  auto const both_ways = [&](double length) { return 0.5 * (linear.rise(draw(linear, length)) + linear.rise(draw(linear, -length))); };
  double const long_step = both_ways(0.05), step = both_ways(0.025), short_step = both_ways(0.0125);
  EXPECT_GT(std::abs(long_step - step), 1e-3);
  EXPECT_NEAR((long_step - step) / (step - short_step), 4.0, 0.4);
  EXPECT_NEAR(both_ways(0.05), long_step, 1e-6);
}

/// A wave of which every fifth point was seen: two fits, the one with the constant free and the other with it held some errors off, differ by what rise() says.
TEST(Curved, IsWhatAFitWithTheParameterHeldRisesBy) {
  auto const fit_of = [](std::string const& bounds) {
    std::string const text = R"toml(
[grid]
axes = ["x"]
points = [41]
lower = [0.0]
upper = [1.0]
[inversion]
method = "joint"
[parameters.k]
over = []
)toml" + bounds + "\n[equation]\nresidual = \"dx(dx(u)) + k*u\"\n";
    Options options;
    options.noise = 0.1;
    options.overrides = {"uncertainty.samples=0"};
    Case c(text, {{"u", [](Coordinates const& p) { return std::sin(5.0 * p[0] + 0.4); }}}, options);
    leave_every(5, c);
    return infer(c);
  };
  auto const free = fit_of("");
  auto& linear = *free.estimate.linear;
  auto const& space = free.problem->space();
  auto const unit = space.make_vector(), column = space.make_vector();
  auto const b = linear.make_vector(), x = linear.make_vector();
  petsc::check(VecSet(unit, 1.0));
  linear.put_parameters(unit, b);
  petsc::check(VecSet(x, 0.0));
  ASSERT_TRUE(linear.solve(b, x, 1e-10).converged);
  linear.take_parameters(x, column);
  auto const first = [&](Vec parameters) { return largest_over(space.grid().comm(), on_host(space.scatter(parameters).front())(0)); };
  double const variance = first(column), moved = 6.0 * std::sqrt(variance), k = first(free.estimate.parameters) + moved;
  petsc::check(VecSet(x, 0.0));
  petsc::check(VecScale(unit, moved));
  linear.put_parameters(unit, x);
  auto const held = fit_of(fmt::format("initial = {0:.15g}\nlower = {0:.15g}\nupper = {1:.15g}", k, k * (1.0 + 1e-9)));
  double const rises = (held.estimate.objective - free.estimate.objective) / (0.5 * moved * moved / variance);
  EXPECT_NEAR(linear.rise(x), rises, 1e-3 * rises);
  EXPECT_GT(std::abs(rises - 1.0), 0.05);
}

TEST(Curved, IsAskedOfDataThatDoNotCoverTheStates) {
  auto const all = fit("q", "lap(u) + q", 1), some = fit("q", "lap(u) + q", 2);
  EXPECT_FALSE(all.estimate.linear->may_be_curved());
  EXPECT_TRUE(some.estimate.linear->may_be_curved());
}

TEST(Curved, IsDoubtedWhereTheMisfitRisesByAnotherFactor) {
  auto answer = fit("q", "lap(u) + q", 4);
  auto const doubts = [&](std::vector<double> rises) {
    answer.uncertainty.rises = std::move(rises);
    return has(verdict::judge(*answer.problem, answer.choices, answer.estimate, answer.uncertainty), "curved");
  };
  answer.uncertainty = uncertainty::quantify(*answer.problem, answer.estimate, {}, 0);
  EXPECT_EQ(answer.uncertainty.rises.size(), 2u);
  EXPECT_FALSE(doubts(answer.uncertainty.rises));
  EXPECT_FALSE(doubts({}));
  EXPECT_FALSE(doubts({0.9, 1.2}));
  EXPECT_TRUE(doubts({1.0, 2.0}));
  EXPECT_TRUE(doubts({0.4, 1.0}));
  EXPECT_TRUE(doubts({1.0, -0.1}));   // less than at the fit
  EXPECT_TRUE(doubts({HUGE_VAL, 1.0}));
  EXPECT_FALSE(doubts({NAN, 1.1}));   // one that could be followed tells
  EXPECT_TRUE(doubts({NAN, 2.0}));
  EXPECT_TRUE(doubts({NAN, NAN}));    // nothing was checked
}

}  // namespace
}  // namespace mollis::test
