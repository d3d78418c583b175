#pragma once
/// Between the lattice of the states and a coarser one of the data, of which it holds every point.
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::observations {

/// How many gaps of the states' lattice make one of the data's, along each axis; empty: the same lattice.
using Factors = std::vector<Index>;

/// The lattice of the data, each point on the rank that has it in `grid`. Collective.
grid::Grid data_grid(grid::Grid const& grid, Factors const& factors);

/// Over `grid` from over its data grid: `elsewhere` at points between. Not collective.
Field spread(grid::Grid const& grid, Factors const& factors, Field const& data, double elsewhere);

/// Over the data grid: the values at its points. Empty stays empty. Not collective.
Field picked(grid::Grid const& grid, Factors const& factors, Field const& values);

}  // namespace mollis::observations
