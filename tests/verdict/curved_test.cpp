// How far the objective of a joint fit is quadratic, and what is said where it is not.
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

/// Data at every `apart`-th point of either axis.
inference::Inference fit(std::string const& parameter, std::string const& residual, Index apart) {
  Options options;
  options.noise = 0.02;
  options.overrides = {"inversion.method=joint", "uncertainty.samples=0"};
  Case c(text_of(parameter, residual), {{"u", potential}}, options);
  auto& state = c.states[0];
  auto const data = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), state.data);
  auto const own = c.grid.owned();
  Index gaps = 0;
  for (std::size_t i = 0; i < data.extent(0); ++i) {
    Index const y = own[0].lower + static_cast<Index>(i) / own[1].size(), x = own[1].lower + static_cast<Index>(i) % own[1].size();
    if (y % apart == 0 && x % apart == 0) continue;
    data(i) = NAN;
    ++gaps;
  }
  Kokkos::deep_copy(state.data, data);
  state.gaps = static_cast<Index>(sum_over(c.grid.comm(), static_cast<double>(gaps)));
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
}

}  // namespace
}  // namespace mollis::test
