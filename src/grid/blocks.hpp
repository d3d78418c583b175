#pragma once
/// Which points each rank of a decomposition has, by arithmetic alone: of any number of ranks, without a communicator.
#include <algorithm>
#include <vector>

#include "grid/grid.hpp"

namespace mollis::grid {

/// Where block `b` of `blocks` begins: of nearly equal shares of `points`, the first ones a point longer. b = blocks:
/// the end.
inline Index start_of(Index points, Index blocks, Index b) {
  return b * (points / blocks) + std::min(b, points % blocks);
}

/// Coordinates of a block, row-major, the last axis fastest.
inline std::vector<int> block_coordinates(int block, std::vector<int> const& cut) {
  std::vector<int> result(cut.size());
  for (std::size_t a = cut.size(); a-- > 0; block /= cut[a]) result[a] = block % cut[a];
  return result;
}

/// The points of a rank below the number of blocks.
inline Box box_of(std::vector<Axis> const& axes, Decomposition const& decomposition, int rank) {
  auto const block = block_coordinates(rank, decomposition.ranks);
  Box box;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    auto const start = [&](Index b) { return start_of(axes[a].size(), decomposition.ranks[a], b); };
    box.ranges.push_back({start(block[a]), start(block[a] + 1)});
  }
  return box;
}

/// Row-major number of a point in the whole grid.
inline Index number_of(std::vector<Axis> const& axes, std::vector<Index> const& point) {
  Index number = 0;
  for (std::size_t a = 0; a < axes.size(); ++a) number = number * axes[a].size() + point[a];
  return number;
}

}  // namespace mollis::grid
