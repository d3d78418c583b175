// Which axis is filtered first: multiply-adds counted by hand.
#include "mollifier/pass_order.hpp"

#include <gtest/gtest.h>

namespace {

using namespace mollis::mollifier;

/// u, u_t (first axis) and u_xx (last).
std::vector<Sum> heat() { return sums_of({{0, 0, 0, 0}, {1, 0, 0, 0}, {0, 2, 0, 0}}); }

/// Along x: rows of orders 0 and 2 at 14 * 20 points; along t: u and u_t of the one, u_xx of the other at 8 * 20.
TEST(PassOrder, CountsRowsAtThePointsThatAreLeft) {
  PassBox const box{{14, 26}, {8, 20}, {7, 7}};
  EXPECT_EQ(multiply_adds(box, heat()), 7.0 * (2 * 14 * 20 + 3 * 8 * 20));
  EXPECT_EQ(filtered_axes(box), (std::vector<int>{1, 0}));
}

/// First along t: orders 0 and 1 at 8 * 26 points, then along x u and u_xx of the one, u_t of the other at 8 * 20: 896 rows of points for 1040.
TEST(PassOrder, FewFramesComeFirst) {
  EXPECT_TRUE(is_slowest_first({{14, 26}, {8, 20}, {7, 7}}, heat()));
  EXPECT_FALSE(is_slowest_first({{70, 26}, {64, 20}, {7, 7}}, heat()));  // 2 * 64 * 26 + 3 * 64 * 20 for 2 * 70 * 20 + 3 * 64 * 20
}

TEST(PassOrder, OneAxisHasNoOrder) {
  EXPECT_FALSE(is_slowest_first({{14, 20}, {8, 20}, {7, 0}}, sums_of({{0, 0, 0, 0}, {1, 0, 0, 0}})));
  EXPECT_FALSE(is_slowest_first({{14, 26}, {0, 20}, {7, 7}}, heat()));   // a rank without points
}

TEST(PassOrder, RestsOfAnOrderKeepTheirSums) {
  std::vector<Sum> const sums{{{{0, 0, 0, 0}, 1.0}}, {{{2, 0, 0, 0}, 1.0}, {{0, 2, 0, 0}, 3.0}}};
  auto const rests = by_order(sums, 0);
  ASSERT_EQ(rests.size(), 2u);
  EXPECT_EQ(rests.at(0).which, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(rests.at(2).which, (std::vector<std::size_t>{1}));
  EXPECT_EQ(rests.at(0).add, (std::vector<bool>{false, false}));
  EXPECT_EQ(rests.at(2).add, (std::vector<bool>{true}));
  EXPECT_EQ(rests.at(0).sums[1].front().factor, 3.0);
}

}  // namespace
