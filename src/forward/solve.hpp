#pragma once
/// Steady linear problems on a box, u given on walls, axes without flux through their ends or periodic: vertex-centred
/// second-order finite differences on a grid `refine` times finer than the observations', Krylov methods with geometric
/// multigrid (rediscretised operators, Chebyshev-Jacobi smoothing), and the values at the points of the observations.
/// Shares nothing with the inversion.
#include "forward/operator.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

struct Solution {
  Field state;         ///< at this rank's points of the grid
  Index unknowns = 0;  ///< points of the refined grid
  int iterations = 0;
  int levels = 0;
  double relative_residual = 0.0;
};

/// Solves to a relative residual of `tolerance`. u must be given on some wall. PETSc options take the prefix
/// "forward_". The axes of the grid must be uniform, z, y or x, one of them at least open. run::Error (not_converged)
/// where the solver gives up. Collective.
Solution solve(grid::Grid const& grid, Problem const& problem, int refine, double tolerance = 1e-10);

}  // namespace mollis::forward
