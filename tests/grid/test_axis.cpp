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
  EXPECT_FALSE(grid::axis_from_coordinates("x", {0.0, 1.0 + 1e-8, 2.0}, 0.0).uniform);
  std::vector<double> years;
  for (int i = 0; i < 1000; ++i) years.push_back(2000.0 + i * 1e-4);
  EXPECT_TRUE(grid::axis_from_coordinates("t", years, 0.0).uniform);
}

TEST(Axis, BadCoordinatesAreNamed) {
  EXPECT_THROW(grid::axis_from_coordinates("x", {0.0, 1.0, 1.0}, 0.0), std::invalid_argument);
  EXPECT_THROW(grid::axis_from_coordinates("x", {0.0, 1.0, std::nan("")}, 0.0), std::invalid_argument);
  EXPECT_THROW(grid::axis_from_coordinates("x", {0.0, 1.0, 2.0}, 2.0), std::invalid_argument);
  EXPECT_THROW(grid::axis_from_coordinates("x", {}, 0.0), std::invalid_argument);
  EXPECT_THROW(grid::uniform_axis("x", 0, 0.0, 1.0, false), std::invalid_argument);
  EXPECT_THROW(grid::uniform_axis("x", 4, 1.0, 1.0, false), std::invalid_argument);
}
