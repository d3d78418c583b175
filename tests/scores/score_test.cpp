// Scores against sums written out, on any number of ranks.
#include "problem/case.hpp"

namespace mollis::test {
namespace {

std::string deck_with(std::string const& over, std::string const& periodic = "[]") {
  return "[grid]\naxes = [\"y\", \"x\"]\npoints = [13, 21]\nlower = [0.0, 0.0]\nupper = [1.0, 2.0]\nperiodic = " +
         periodic + "\n[parameters.p]\nover = " + over + "\n[equation]\nresidual = \"p*u\"\n";
}
double wave(Coordinates const& x) { return x[0] + x[1]; }
double found(Coordinates const& x) { return 1.0 + std::sin(3.0 * x[0]) * x[1] + 0.1 * x[1]; }
double truth(Coordinates const& x) { return 1.2 + std::sin(2.8 * x[0]) * x[1]; }

/// Correlation, relative l2 and largest relative error over index ranges of a 13 x 21 grid.
scores::Score direct(int skip_y, int skip_x, double step_x) {
  std::vector<double> p, t;
  for (int i = skip_y; i < 13 - skip_y; ++i)
    for (int j = skip_x; j < 21 - skip_x; ++j) {
      p.push_back(found({i / 12.0, j * step_x}));
      t.push_back(truth({i / 12.0, j * step_x}));
    }
  double mp = 0, mt = 0, pp = 0, tt = 0, pt = 0, error = 0, size = 0, worst = 0, top = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    mp += p[i] / static_cast<double>(p.size());
    mt += t[i] / static_cast<double>(p.size());
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    pp += (p[i] - mp) * (p[i] - mp);
    tt += (t[i] - mt) * (t[i] - mt);
    pt += (p[i] - mp) * (t[i] - mt);
    error += (p[i] - t[i]) * (p[i] - t[i]);
    size += t[i] * t[i];
    worst = std::max(worst, std::abs(p[i] - t[i]));
    top = std::max(top, std::abs(t[i]));
  }
  return {pt / std::sqrt(pp * tt), std::sqrt(error / size), worst / top};
}

void expect_equal(scores::Score const& a, scores::Score const& b) {
  ASSERT_TRUE(a.correlation && b.correlation);
  EXPECT_NEAR(*a.correlation, *b.correlation, 1e-12);
  EXPECT_NEAR(a.relative_l2, b.relative_l2, 1e-12);
  EXPECT_NEAR(a.max_relative, b.max_relative, 1e-12);
}

scores::Score score_of(Case const& c, Formula const& p, Formula const& t, bool core) {
  auto const& u = c.space.unknowns()[0];
  return scores::score(c.space, u, sample(u.grid, p), sample(u.grid, t), core);
}

TEST(Score, WholeAndCore) {
  Case const c(deck_with(R"(["y", "x"])"), {{"u", wave}});
  expect_equal(score_of(c, found, truth, false), direct(0, 0, 0.1));
  expect_equal(score_of(c, found, truth, true), direct(2, 3, 0.1));  // ceil(1.3), ceil(2.1)
}

TEST(Score, PeriodicAxesHaveNoRim) {
  Case const c(deck_with(R"(["y", "x"])", R"(["x"])"), {{"u", wave}});
  EXPECT_EQ(scores::core_rim(c.grid), (std::vector<Index>{2, 0}));
  expect_equal(score_of(c, found, truth, true), direct(2, 0, 2.0 / 21.0));
}

TEST(Score, RimIsATenthRoundedUp) {
  for (auto const& [n, rim] :
       std::vector<std::pair<Index, Index>>{{9, 1}, {10, 1}, {11, 2}, {20, 2}, {21, 3}, {128, 13}}) {
    grid::Grid const grid(MPI_COMM_WORLD, {grid::uniform_axis("x", n, 0.0, 1.0, false)}, grid::Decomposition{{1}});
    EXPECT_EQ(scores::core_rim(grid), std::vector<Index>{rim}) << n;
  }
}

TEST(Score, PointsWithoutATruthAreLeftOut) {
  Case const c(deck_with(R"(["y", "x"])"), {{"u", wave}});
  auto const gap = [](Coordinates const& x) { return x[0] < 1.5 / 12.0 || x[0] > 10.5 / 12.0; };
  auto const partial = [&](Coordinates const& x) { return gap(x) ? NAN : truth(x); };
  expect_equal(score_of(c, found, partial, false), direct(2, 0, 0.1));
}

TEST(Score, OfAParameterOverOneAxisCountsEachPointOnce) {
  Case const c(deck_with(R"(["y"])"), {{"u", wave}});
  auto const s = score_of(
      c, [](Coordinates const& x) { return x[0] < 0.04 ? 3.0 : 1.0; }, [](Coordinates const&) { return 1.0; }, false);
  EXPECT_FALSE(s.correlation);  // the truth does not vary
  EXPECT_NEAR(s.relative_l2, std::sqrt(4.0 / 13.0), 1e-14);
  EXPECT_NEAR(s.max_relative, 2.0, 1e-14);
}

TEST(Score, ConstantsHaveNoCorrelation) {
  Case const c(deck_with("[]"), {{"u", wave}});
  auto const s = score_of(
      c, [](Coordinates const&) { return 2.1; }, [](Coordinates const&) { return -2.0; }, false);
  EXPECT_FALSE(s.correlation);
  EXPECT_NEAR(s.relative_l2, 2.05, 1e-14);
  EXPECT_NEAR(s.max_relative, 2.05, 1e-14);
}

TEST(Score, WhatCannotBeComputedIsNaN) {
  Case const c(deck_with(R"(["y", "x"])"), {{"u", wave}});
  auto const nothing = [](Coordinates const&) { return 0.0; };
  auto const of_zero = score_of(c, found, nothing, false);
  EXPECT_FALSE(of_zero.correlation);
  EXPECT_TRUE(std::isnan(of_zero.relative_l2));
  EXPECT_TRUE(std::isnan(of_zero.max_relative));
  auto const huge = score_of(c, [](Coordinates const& x) { return 1e300 * (1.0 + x[0]); }, truth, false);
  EXPECT_FALSE(huge.correlation);
  EXPECT_TRUE(std::isnan(huge.relative_l2));
}

TEST(Score, Range) {
  Case const c(deck_with(R"(["x"])"), {{"u", wave}});
  auto const& u = c.space.unknowns()[0];
  auto const range = scores::range_of(
      c.space, u, sample(u.grid, [](Coordinates const& x) { return x[0] > 1.95 ? NAN : x[0] - 5.0; }));
  EXPECT_NEAR(range.min, -5.0, 1e-13);
  EXPECT_NEAR(range.max, -3.1, 1e-13);
  EXPECT_NEAR(range.mean, -4.05, 1e-13);
}

}  // namespace
}  // namespace mollis::test
