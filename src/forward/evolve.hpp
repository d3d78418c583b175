#pragma once
/// Linear problems in time on a box: the differences of forward/operator.hpp in space and BDF of second order in time
/// (PETSc TS; its first step is implicit Euler's, so states that do not fit the boundary are damped), conjugate
/// gradients (GMRES with a velocity) with Jacobi at each step. Shares nothing with the inversion.
#include <cstdint>

#include "checkpoint/keeper.hpp"
#include "forward/operator.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

struct Evolution {
  std::function<Problem(double t)> at;  ///< its functions are those of space at time t
  bool steady_operator = true;          ///< coefficient and velocity do not depend on t
  bool steady_load = true;              ///< nor do source and boundary
  Function initial;                     ///< of space
  double perturbation = 0.0;            ///< deviation of white noise added to it
  std::uint64_t seed = 1;
  double spin_up = 0.0;  ///< time from the initial state to the first frame
  int steps = 8;         ///< time steps between two frames
};

struct Film {
  Field states;        ///< at this rank's points of the grid, t slowest
  Index unknowns = 0;  ///< points of the refined grid
  int steps = 0;       ///< of time
  int iterations = 0;  ///< of the linear solver, in all
};

constexpr double linear_tolerance = 1e-9;   ///< of the systems of the steps

/// All frames of the grid, whose first axis is t, the others uniform, z, y or x. The linear systems are solved to
/// `tolerance`. PETSc options take the prefix "forward_". Goes on from what `keeper` has of a run before. run::Error: not_converged where
/// a step fails, stopped_early. Collective.
Film evolve(grid::Grid const& grid, Evolution const& evolution, int refine, double tolerance = linear_tolerance, checkpoint::Keeper keeper = {});

}  // namespace mollis::forward
