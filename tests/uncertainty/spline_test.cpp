// What splines err by: the formula against splines themselves.
#include <cmath>

#include "uncertainty/spline_error.hpp"

#include <gtest/gtest.h>

namespace mollis::uncertainty {
namespace {

/// Central B-spline of degree d by its recursion.
double bspline(int d, double x) {
  if (d == 0) return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
  double const half = 0.5 * (d + 1);
  return ((half + x) * bspline(d - 1, x + 0.5) + (half - x) * bspline(d - 1, x - 0.5)) / d;
}

/// Its second or fourth derivative at the points, as differences of lower degrees, on a wave: over the wave's own.
double ratio(int degree, int order, double angle) {
  double derivative = 0.0, value = 0.0;
  for (int j = -degree; j <= degree; ++j) {
    value += bspline(degree, j) * std::cos(angle * j);
    double binomial = 1.0, sum = 0.0;
    for (int i = 0; i <= order; ++i) {
      sum += (i % 2 == 0 ? 1.0 : -1.0) * binomial * bspline(degree - order, j + 0.5 * order - i);
      binomial *= static_cast<double>(order - i) / (i + 1);
    }
    derivative += sum * std::cos(angle * j);
  }
  return derivative / value / std::pow(-angle * angle, order / 2);
}

TEST(SplineError, IsThatOfSplines) {
  for (int const degree : {5, 7, 9})
    for (int const order : {2, 4})
      for (double const angle : {0.3, 1.0, 2.0}) {
        if (degree < order + 3) continue;  // not taken: the sum over images converges slowly
        EXPECT_NEAR(spline_error(degree, order, angle), ratio(degree, order, angle) - 1.0, 2e-3 * std::abs(ratio(degree, order, angle) - 1.0) + 1e-12)
            << degree << " " << order << " " << angle;
      }
  EXPECT_GT(std::abs(spline_error(7, 4, 1.0)), 1e-3);
  EXPECT_EQ(spline_error(7, 4, 0.0), 0.0);
}

}  // namespace
}  // namespace mollis::uncertainty
