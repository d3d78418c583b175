#pragma once
/// Holes of a domain: what no way through points outside joins to an open end of space.
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::problem {

/// Whether an axis of space has an end, from which what lies outside is told from a hole.
bool has_end(grid::Grid const& grid);

/// mask: 1 inside, 0 outside (local box, on the host). Points outside become 1 where no chain of neighbours outside, along the axes of space, leads
/// from them to an open end of one of these; every time by itself. The same on any number of ranks. Collective.
void fill_holes(grid::Grid const& grid, HostField const& mask);

}  // namespace mollis::problem
