#pragma once
/// The noise of counts: n_i independent from cell to cell, Var n_i = F E n_i. F is 1 for single events (Poisson), and
/// <b^2> / <b> where each event comes b times, as molecules that blink do.
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::observations {

/// `counts` n and `volumes` V of cells: over the local box, n NaN where a cell does not count.

/// E n_i, from the other cells around: (their counts + 1) V_i / (their volume), over the narrowest box of 2, 4, 8, ... cells to each
/// side that holds 16 counts besides its own. Without n_i itself, weights 1 / Var n_i depend on no datum that they weigh; and the one
/// that is added makes their mean right, E[1 / (K + 1)] = (1 - exp(-m)) / m for K of Poisson's mean m. Collective.
Field expected_counts(grid::Grid const& grid, Field const& counts, Field const& volumes);

/// F: the squares of the fourth differences of n / V over what Poisson's law makes of them, sum_j c_j^2 n_j / V_j^2, each summed over
/// the grid: exact on average for any density, if smooth at that scale. The least over the axes; no less than 1; 1 where no axis has 5
/// points. Collective.
double dispersion(grid::Grid const& grid, Field const& counts, Field const& volumes);

}  // namespace mollis::observations
