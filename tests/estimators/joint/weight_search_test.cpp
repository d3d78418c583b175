// Where the evidence of a field's weight is stationary, from excesses told at a weight at a time: functions of which the root is known.
#include "estimators/joint/weight_search.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using mollis::joint::WeightSearch;

/// Asked and told until the excess is small; how often.
template <class Excess>
int find(Excess const& excess, double at, double& found) {
  WeightSearch search;
  for (int asked = 1; asked <= 50; ++asked) {
    double const value = excess(at);
    if (std::abs(value) < 1e-3) return found = at, asked;
    search.tell(at, value);
    at = *search.target();
  }
  return 51;
}

TEST(WeightSearch, FindsTheRootFromEitherSide) {
  auto const excess = [](double x) { return -0.15 * (x + 3.0) / (1.0 + 0.05 * std::abs(x + 3.0)); };   // as flat as that of a field
  for (double const start : {-15.0, 9.0}) {
    double found = 0.0, fixed_point = start;
    int steps = 0;
    for (; std::abs(excess(fixed_point)) > 1e-3; ++steps) fixed_point += excess(fixed_point);
    EXPECT_LT(2 * find(excess, start, found), steps) << start;
    EXPECT_NEAR(found, -3.0, 0.01) << start;
  }
}

/// A step of the fixed point that overshoots goes round in circles; regula falsi stays between.
TEST(WeightSearch, DoesNotGoRoundInCircles) {
  auto const excess = [](double x) { return -2.5 * std::tanh(x - 1.0); };
  double found = 0.0;
  EXPECT_LE(find(excess, 6.0, found), 15);
  EXPECT_NEAR(found, 1.0, 1e-3);
}

TEST(WeightSearch, GoesOnWhereNoRootIsInSight) {
  WeightSearch search;
  EXPECT_FALSE(search.target());
  search.tell(0.0, 1.0);
  EXPECT_DOUBLE_EQ(*search.target(), 1.0);
  search.tell(1.0, 1.5);                       // rises
  EXPECT_DOUBLE_EQ(*search.target(), 4.0);     // three times as far
  search.tell(4.0, 1.49);                      // a secant would go 450 further
  EXPECT_DOUBLE_EQ(*search.target(), 13.0);
}

/// Other weights have moved since the far side was told: the sides meet where neither is right, and the search begins anew from the later one.
TEST(WeightSearch, ForgetsASideThatNoLongerHolds) {
  WeightSearch search;
  search.tell(0.0, 1.0);
  search.tell(0.04, -1.0);   // closer than weights are told apart
  EXPECT_DOUBLE_EQ(*search.target(), -0.96);
}

TEST(WeightSearch, GoesOnFromWhatIsKept) {
  WeightSearch search;
  search.tell(-2.0, 1.0);
  search.tell(3.0, -4.0);
  search.tell(1.0, -2.0);
  EXPECT_EQ(*WeightSearch::of(search.numbers()).target(), *search.target());
  EXPECT_NEAR(*search.target(), 1.0 - 3.0 * 2.0 / 2.5, 1e-12);   // of the side that stayed half is believed
}

}  // namespace
