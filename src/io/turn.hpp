#pragma once
/// Boxes of fields along axes that fall: files have the user's order, grids the rising one.
#include <algorithm>
#include <vector>

#include "grid/grid.hpp"

namespace mollis::io {
/// Whether any axis has coordinates that fall in the user's files. Not collective.
inline bool falls(grid::Grid const& grid) {
  return std::any_of(grid.axes().begin(), grid.axes().end(), [](grid::Axis const& axis) { return axis.falls; });
}

/// The local box, turned round along every axis that falls. values: local_size() of them. Its own inverse. Not collective.
inline std::vector<double> turned(grid::Grid const& grid, double const* values) {
  std::vector<double> box(values, values + grid.local_size());
  Index inner = 1;
  for (int a = grid.dimension(); a-- > 0;) {
    Index const n = grid.owned()[a].size();
    Index const outer = grid.axis(a).falls && n > 0 ? grid.local_size() / (n * inner) : 0;
    for (Index o = 0; o < outer; ++o)
      for (Index i = 0; i < n / 2; ++i) {
        auto const first = box.begin() + (o * n + i) * inner, last = box.begin() + (o * n + n - 1 - i) * inner;
        std::swap_ranges(first, first + inner, last);
      }
    inner *= std::max<Index>(n, 1);
  }
  return box;
}

}  // namespace mollis::io
