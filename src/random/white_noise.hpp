#pragma once
/// Random fields on grids.
#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "random/philox.hpp"

namespace mollis::random {

/// Calls visit(local index, global index) for this rank's points, row-major. Not collective.
template <class Visit>
void for_each_point(grid::Grid const& grid, Visit const& visit) {
  auto const extents = grid.owned().extents();
  Extents lower{0, 0, 0, 0}, size{1, 1, 1, 1};
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const position = static_cast<std::size_t>(max_axes - grid.dimension() + a);
    lower[position] = grid.owned()[a].lower;
    size[position] = grid.axis(a).size();
  }
  Index n = 0;
  for (Index t = 0; t < extents[0]; ++t)
    for (Index z = 0; z < extents[1]; ++z)
      for (Index y = 0; y < extents[2]; ++y) {
        auto const row = (((lower[0] + t) * size[1] + lower[1] + z) * size[2] + lower[2] + y) * size[3] + lower[3];
        for (Index x = 0; x < extents[3]; ++x) visit(n++, row + x);
      }
}

/// sigma * normal at this rank's points. Not collective.
Field white_noise(grid::Grid const& grid, double sigma, Stream const& stream);

}  // namespace mollis::random
