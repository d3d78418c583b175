#include <gtest/gtest.h>

#include <cmath>

#include "grid/axis.hpp"

using namespace mollis;

TEST(Axis, OpenAxisIncludesBothEnds) {
  grid::Axis const axis = grid::uniform_axis("x", 5, 1.0, 2.0, false);
  EXPECT_EQ(axis.coordinates(), (std::vector<double>{1.0, 1.25, 1.5, 1.75, 2.0}));
  EXPECT_DOUBLE_EQ(axis.spacing(), 0.25);
  EXPECT_DOUBLE_EQ(axis.extent(), 1.0);
  EXPECT_TRUE(axis.uniform);
  EXPECT_THROW(axis.at(-1), std::out_of_range);
  EXPECT_THROW(axis.at(5), std::out_of_range);
}

TEST(Axis, PeriodicAxisUnrolls) {
  grid::Axis const axis = grid::uniform_axis("x", 4, -1.0, 1.0, true);
  EXPECT_EQ(axis.coordinates(), (std::vector<double>{-1.0, -0.5, 0.0, 0.5}));
  EXPECT_DOUBLE_EQ(axis.spacing(), 0.5);
  for (Index i = -13; i < 14; ++i) EXPECT_DOUBLE_EQ(axis.at(i), -1.0 + 0.5 * static_cast<double>(i)) << i;
}

TEST(Axis, SinglePoint) {
  grid::Axis const axis = grid::uniform_axis("z", 1, 3.0, 3.0, false);
  EXPECT_EQ(axis.coordinates(), std::vector<double>{3.0});
  EXPECT_EQ(axis.spacing(), 0.0);
}

TEST(Axis, StretchedAndRoundedCoordinates) {
  EXPECT_FALSE(grid::axis_from_coordinates("x", {0.0, 1.0, 3.0}, 0.0).uniform);
  EXPECT_FALSE(grid::axis_from_coordinates("x", {0.0, 1.0, 2.0}, 4.0).uniform);  // the gap across the period is 2
  EXPECT_TRUE(grid::axis_from_coordinates("x", {0.0, 1.0, 2.0}, 3.0).uniform);
  EXPECT_FALSE(grid::axis_from_coordinates("x", {0.0, 1.00000123, 2.0}, 0.0).uniform);  // more than single precision leaves
  std::vector<double> years;
  for (int i = 0; i < 1000; ++i) years.push_back(2000.0 + i * 1e-4);
  EXPECT_TRUE(grid::axis_from_coordinates("t", years, 0.0).uniform);
}

/// Even coordinates as a file has them.
std::vector<double> stored(double first, double step, int points, double (*as)(double)) {
  std::vector<double> x;
  for (int i = 0; i < points; ++i) x.push_back(as(first + i * step));
  return x;
}

double in_single(double x) { return static_cast<double>(static_cast<float>(x)); }
double in_two_decimals(double x) { return std::round(100.0 * x) / 100.0; }
double in_eight_decimals(double x) { return std::round(1e8 * in_single(x)) / 1e8; }

TEST(Axis, CoordinatesThatTheirFileRoundedAreEven) {
  for (auto const& x : {stored(0.1, 0.1, 20, in_single), stored(0.1, 0.1, 20, in_eight_decimals), stored(20.5, 1.0 / 12.0, 400, in_single),
                        stored(0.0, 100.0 / 3.0, 50, in_two_decimals)}) {
    auto const axis = grid::axis_from_coordinates("x", x, 0.0);
    EXPECT_TRUE(axis.uniform) << x[1];
    EXPECT_GT(axis.off, 0.0);
    EXPECT_LT(axis.off, 1e-3);
    EXPECT_EQ(axis.coordinates(), x);
  }
  double const turn = 6.283185307179586;
  EXPECT_TRUE(grid::axis_from_coordinates("x", stored(0.0, turn / 32, 32, in_single), turn).uniform);
  EXPECT_EQ(grid::axis_from_coordinates("x", {0.0, 0.5, 1.0}, 0.0).off, 0.0);
}

TEST(Axis, CoordinatesThatAreUnevenStayWhatTheyAre) {
  EXPECT_FALSE(grid::axis_from_coordinates("t", {0.0, 1.0, 2.003, 3.0}, 0.0).uniform);        // a late frame, in thousandths
  EXPECT_FALSE(grid::axis_from_coordinates("t", {0.0, 30.0, 61.0, 91.0}, 0.0).uniform);       // whole days: rounding, and a share of the step
  EXPECT_FALSE(grid::axis_from_coordinates("x", stored(0.0, 1.0 / 3.0, 7, in_two_decimals), 0.0).uniform);
  EXPECT_FALSE(grid::axis_from_coordinates("x", {0.0, 1.0, 2.0, 3.0}, 4.01).uniform);         // the gap across the period
}

TEST(Axis, BadCoordinatesAreNamed) {
  EXPECT_THROW(grid::axis_from_coordinates("x", {0.0, 1.0, 1.0}, 0.0), std::invalid_argument);
  EXPECT_THROW(grid::axis_from_coordinates("x", {0.0, 1.0, std::nan("")}, 0.0), std::invalid_argument);
  EXPECT_THROW(grid::axis_from_coordinates("x", {0.0, 1.0, 2.0}, 2.0), std::invalid_argument);
  EXPECT_THROW(grid::axis_from_coordinates("x", {}, 0.0), std::invalid_argument);
  EXPECT_THROW(grid::uniform_axis("x", 0, 0.0, 1.0, false), std::invalid_argument);
  EXPECT_THROW(grid::uniform_axis("x", 4, 1.0, 1.0, false), std::invalid_argument);
}
