#include <gtest/gtest.h>

#include "grid/grid.hpp"

using namespace mollis;

namespace {

grid::Axis open(char const* name, Index points) { return grid::uniform_axis(name, points, 0.0, 1.0, false); }

std::vector<int> cut(std::vector<grid::Axis> const& axes, int ranks) { return grid::decompose(axes, ranks).ranks; }

}  // namespace

TEST(Decompose, TimeIsNeverCut) {
  EXPECT_EQ(cut({open("t", 100)}, 4), (std::vector<int>{1}));
  EXPECT_EQ(cut({open("t", 100), open("x", 10)}, 4), (std::vector<int>{1, 4}));
}

TEST(Decompose, BlocksAreNearlyCubic) {
  EXPECT_EQ(cut({open("y", 64), open("x", 64)}, 4), (std::vector<int>{2, 2}));
  EXPECT_EQ(cut({open("z", 64), open("y", 64), open("x", 64)}, 8), (std::vector<int>{2, 2, 2}));
  EXPECT_EQ(cut({open("z", 64), open("y", 64), open("x", 64)}, 64), (std::vector<int>{4, 4, 4}));
  EXPECT_EQ(cut({open("y", 1000), open("x", 10)}, 4), (std::vector<int>{4, 1}));
  EXPECT_EQ(cut({open("y", 10), open("x", 1000)}, 4), (std::vector<int>{1, 4}));
  EXPECT_EQ(cut({open("z", 512), open("y", 256), open("x", 256)}, 16), (std::vector<int>{4, 2, 2}));
}

TEST(Decompose, NoMoreBlocksThanPoints) {
  EXPECT_EQ(cut({open("x", 3)}, 4), (std::vector<int>{3}));
  EXPECT_EQ(cut({open("y", 2), open("x", 2)}, 9), (std::vector<int>{2, 2}));
  EXPECT_EQ(cut({open("y", 4), open("x", 4)}, 7), (std::vector<int>{3, 2}));  // one rank idle
  EXPECT_EQ(cut({}, 3), (std::vector<int>{}));
}

TEST(Decompose, ManyRanksAreQuick) {
  std::vector<int> const blocks = cut({open("z", 4096), open("y", 4096), open("x", 4096)}, 131072);
  EXPECT_EQ(blocks[0] * blocks[1] * blocks[2], 131072);
  for (int b : blocks) EXPECT_LE(b, 64);
}
