// 4096^3 points on 4096 ranks that are not there: every number that files, messages and vectors make of them, without a
// point of it.
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "grid/blocks.hpp"

using namespace mollis;

namespace {

__extension__ typedef __int128 Wide;

std::vector<grid::Axis> cube(Index z, Index y, Index x) {
  return {grid::uniform_axis("z", z, 0.0, 1.0, false), grid::uniform_axis("y", y, 0.0, 1.0, true),
          grid::uniform_axis("x", x, 0.0, 1.0, false)};
}

/// Boxes of all ranks tile the grid; their corners have the numbers and file offsets that 128 bits give.
void expect_whole(std::vector<grid::Axis> const& axes, int ranks) {
  auto const cut = grid::decompose(axes, ranks);
  int const blocks = std::accumulate(cut.ranks.begin(), cut.ranks.end(), 1, std::multiplies<>());
  Wide const all = static_cast<Wide>(axes[0].size()) * axes[1].size() * axes[2].size();
  Wide sum = 0;
  Index last = 0, largest = 0;
  for (int rank = 0; rank < blocks; ++rank) {
    auto const box = grid::box_of(axes, cut, rank);
    sum += box.size();
    largest = std::max(largest, box.size());
    Wide exact = 0;
    std::vector<Index> corner;
    for (int a = 0; a < 3; ++a) {
      corner.push_back(box[a].upper - 1);
      exact = exact * axes[static_cast<std::size_t>(a)].size() + box[a].upper - 1;
      auto const block = grid::block_coordinates(rank, cut.ranks)[static_cast<std::size_t>(a)];
      bool const last_one = block + 1 == cut.ranks[static_cast<std::size_t>(a)];
      EXPECT_EQ(box[a].upper == axes[static_cast<std::size_t>(a)].size(), last_one);
      EXPECT_EQ(box[a].lower == 0, block == 0);
    }
    auto const number = grid::number_of(axes, corner);
    EXPECT_TRUE(exact == number) << rank;
    EXPECT_LT(number, std::numeric_limits<Index>::max() / static_cast<Index>(sizeof(double)));  // bytes in a file
    last = std::max(last, number);
  }
  EXPECT_TRUE(sum == all);
  EXPECT_TRUE(all - 1 == last);
  EXPECT_LT(largest, std::numeric_limits<int>::max());  // what MPI counts on a rank
}

TEST(Huge, OnAsManyRanks) {
  auto const axes = cube(4096, 4096, 4096);
  EXPECT_EQ(grid::decompose(axes, 4096).ranks, (std::vector<int>{16, 16, 16}));
  expect_whole(axes, 4096);
}

TEST(Huge, ThatDoNotDivideIt) {
  expect_whole(cube(4099, 4093, 4096), 4095);
  expect_whole(cube(1 << 20, 1 << 18, 3), 4096);
}

/// The same boxes as those of a grid that has its ranks.
TEST(Huge, AsOnRealRanks) {
  auto const axes = cube(11, 7, 9);
  int ranks = 1, rank = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  auto const cut = grid::decompose(axes, ranks);
  grid::Grid const grid(MPI_COMM_WORLD, axes, cut);
  EXPECT_EQ(grid::box_of(axes, cut, rank).ranges, grid.owned().ranges);
}

}  // namespace
