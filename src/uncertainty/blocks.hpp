#pragma once
/// The grid cut into b = `an_axis` blocks along each axis (no more than its n points): point x is in block x b / n, rounded down. Not collective.
#include <algorithm>

#include "grid/grid.hpp"

namespace mollis::uncertainty {
/// How many there are.
inline Index count_blocks(grid::Grid const& grid, Index an_axis) {
  Index count = 1;
  for (auto const& axis : grid.axes()) count *= std::min(an_axis, axis.size());
  return count;
}

/// That of point i of this rank's box; blocks are numbered row-major, whatever the cut among ranks.
inline std::size_t block_of(grid::Grid const& grid, Index i, Index an_axis) {
  Index block = 0, stride = 1;
  for (int a = grid.dimension() - 1; a >= 0; --a) {
    auto const range = grid.owned()[a];
    Index const n = grid.axis(a).size(), blocks = std::min(an_axis, n);
    block += (range.lower + i % range.size()) * blocks / n * stride;
    i /= range.size();
    stride *= blocks;
  }
  return static_cast<std::size_t>(block);
}

}  // namespace mollis::uncertainty
