#pragma once
/// Isolated gaps bridged: a missing value from the values around it, so that filters run over it.
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::mollifier {

/// A copy of `data` (local box, NaN where nothing was observed) in which a gap holds the value there of the polynomial of
/// bridge_degree(axes) that fits the observed points around it best, weights (1 - s^2)^2 a factor an axis, s over the half width of
/// the narrowest box of 2 to 4 cells to each side that does: one with half as many points again as coefficients, from which the
/// value's variance is no more than that of a datum; data must stand to both sides of it along some axis, no further than 4 cells. Gaps
/// without such a box stay NaN: what is extrapolated, or guessed over a wide hole, is no datum. Exact on polynomials of that degree.
/// `allowed`: 0 where a gap is to stay one; empty: nowhere.
/// On open and reflecting axes boxes end with the grid. The same on any number of ranks. Collective.
Field bridged(grid::Grid const& grid, Field const& data, Field const& allowed = {});

/// 4 over one or two axes, 3 over more.
int bridge_degree(int axes);

}  // namespace mollis::mollifier
