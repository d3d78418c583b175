#pragma once
/// From a refined lattice, distributed by DMDA, to the points of the grid, distributed as the grid is.
#include "forward/level.hpp"
#include "grid/grid.hpp"

namespace mollis::forward {

/// The values of `fine` (on `level`, the grid refined by `refine`) at this rank's points of the grid. Collective.
Field inject(Level const& level, Vec fine, grid::Grid const& grid, int refine);

}  // namespace mollis::forward
