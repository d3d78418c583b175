#pragma once
/// Localisations drawn from a density.
#include <cstdint>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

/// One column an axis, a row a localisation, in the order of the cells; all of them on rank 0, none elsewhere.
using Rows = std::vector<std::vector<double>>;

/// Poisson's number of places, of mean density_i V_i, evenly in the cell of every point i of the grid (grid/cells.hpp). Depends on
/// the seed, the state and the point alone. run::Error bad_deck, blaming "density": where that is negative, or a cell holds a million.
/// Collective.
Rows draw_localisations(grid::Grid const& grid, Field const& density, std::uint64_t seed, int which_state);

}  // namespace mollis::forward
