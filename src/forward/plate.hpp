#pragma once
/// Bending plates: a(x) lap(lap(u)) = b(x), simply supported (u = lap u = 0) at open ends, in any dimension.
#include "forward/series.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

struct Plate {
  Function coefficient, source;  ///< a, not 0 anywhere, and b
};

struct PlateSolution {
  Field state;         ///< at this rank's points of the grid
  Index unknowns = 0;  ///< points of the refined grid
};

/// Solved in series on a grid `refine` times finer: exact for b/a that is smooth and odd about the open ends, of second
/// order where b/a does not vanish there. With all axes periodic the mean of b/a must be 0 and that of u is set to 0.
/// The axes must be uniform, t is none of them. run::Error (bad_deck) where there is no solution. Collective.
PlateSolution solve_plate(grid::Grid const& grid, Plate const& plate, int refine);

}  // namespace mollis::forward
