#include "choices/line_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

using mollis::choices::LineSearch;

namespace {

/// A parabola that notes where it was asked.
struct Asked {
  double vertex;
  std::vector<double> places;
  double operator()(double x) {
    places.push_back(x);
    return 3.0 + std::pow(x - vertex, 2);
  }
};

TEST(LineSearch, EndsAtTheVertexOfAParabola) {
  Asked asked{1.1875, {}};
  LineSearch line(std::ref(asked), -3.0, 8.0);
  line.bracket(1.0, 0.5);
  auto const least = line.least(0.5);
  EXPECT_DOUBLE_EQ(least.at, 1.1875);   // a multiple of a sixteenth
  EXPECT_DOUBLE_EQ(least.value, 3.0);
  EXPECT_EQ(asked.places, (std::vector<double>{0.5, 1.0, 1.5, 1.1875}));
}

TEST(LineSearch, GoesOnWhileTheLeastStandsAtAnEnd) {
  Asked asked{-1.25, {}};
  LineSearch line(std::ref(asked), -3.0, 8.0);
  line.bracket(1.0, 0.5);
  EXPECT_DOUBLE_EQ(line.least(0.5).at, -1.25);
}

TEST(LineSearch, StopsAtItsBounds) {
  Asked low{-7.0, {}}, high{20.0, {}};
  LineSearch down(std::ref(low), -3.0, 8.0), up(std::ref(high), -3.0, 8.0);
  down.bracket(1.0, 1.0);
  up.bracket(1.0, 1.0);
  EXPECT_DOUBLE_EQ(down.least(1.0).at, -3.0);
  EXPECT_DOUBLE_EQ(up.least(1.0).at, 8.0);
  for (double const x : low.places) EXPECT_GE(x, -3.0);
  for (double const x : high.places) EXPECT_LE(x, 8.0);
}

TEST(LineSearch, ScansUntilTwoStepsPastTheLeast) {
  Asked asked{2.0, {}};
  LineSearch line(std::ref(asked), -3.0, 20.0);
  line.scan(-1.0, 12.0, 1.0);
  EXPECT_EQ(asked.places, (std::vector<double>{-1.0, 0.0, 1.0, 2.0, 3.0, 4.0}));
  EXPECT_DOUBLE_EQ(line.least(1.0).at, 2.0);
  EXPECT_EQ(asked.places.size(), 6u);   // the vertex is where it has been
}

}  // namespace
