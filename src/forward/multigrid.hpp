#pragma once
/// The linear solver over a hierarchy of levels.
#include "forward/operator.hpp"

namespace mollis::forward {

/// Conjugate gradients (with a velocity GMRES, the preconditioner being that of the diffusion alone) to `tolerance` of
/// the right-hand side, preconditioned by one V-cycle: Chebyshev-Jacobi smoothing with the known bound 2 of D^-1 A, the
/// coarsest level by a direct solver or, where it is large, algebraic multigrid. Options: prefix "forward_". Holds what
/// it needs of `levels`. Collective.
petsc::LinearSolver make_solver(std::vector<Level> const& levels, Problem const& problem, double tolerance);

}  // namespace mollis::forward
