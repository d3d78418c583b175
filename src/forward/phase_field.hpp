#pragma once
/// The chromatin phase field: phases that separate, and are made of each other at a rate lambda(t, x).
///
///   dphi/dt = M lap(mu) + 2 (lambda phi_e - phi_h),  mu = phi^3 - phi - kappa lap(phi),
///   phi_e = (1 - phi)/2,  phi_h = (1 + phi)/2,       no flux of phi or mu through open ends
///
/// Trigonometric series in space: exact for smooth patterns, once they are resolved. In time an implicit Rosenbrock
/// method of third order whose steps follow the error estimate (TS); the linear systems by GMRES, preconditioned by the
/// operator of constant coefficients, inverted in series. Shares nothing with the inversion.
#include <cstdint>

#include "checkpoint/keeper.hpp"
#include "forward/lattice.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

struct PhaseField {
  std::function<std::vector<double>(double t, Lattice const&)> rate;  ///< lambda; not collective
  bool steady_rate = true;                                            ///< lambda does not depend on t
  Function initial;                                                   ///< phi at the start
  double perturbation = 0.0;                                          ///< deviation of white noise added to it
  std::uint64_t seed = 1;
  double mobility = 20.0, gradient_energy = 1.0;  ///< M, kappa
};

struct PhaseFieldAccuracy {
  int refine = 1;           ///< times the points of the grid along each axis in space
  int steps = 1;            ///< least number of time steps between frames
  double tolerance = 1e-5;  ///< of each time step, absolute, on phi
  double residual = 1e-8;   ///< steady state: root mean square of dphi/dt, or what rounding leaves of it
  double latest = 1e5;      ///< steady state: time to wait for it
};

struct PhaseFieldSolution {
  Field state;         ///< at this rank's points of the grid
  Index unknowns = 0;  ///< points of the refined grid
  int steps = 0, krylov = 0, newton = 0;
  double time = 0.0;      ///< steady state: reached by time steps, before Newton's method
  double residual = 0.0;  ///< steady state: root mean square of dphi/dt
};

/// The frames at the times of the grid's first axis t, phi starting `spin_up` before the first; without an axis t the
/// steady state that phi settles into (time steps that grow, then Newton's method). PETSc options take the prefix
/// "forward_". The axes must be uniform (t need not be). run::Error (not_converged) where steps or Newton's method
/// fail, stopped_early. Goes on from what `keeper` has of a run before. Collective.
PhaseFieldSolution solve_phase_field(grid::Grid const& grid, PhaseField const& equation, double spin_up,
                                     PhaseFieldAccuracy const& accuracy, checkpoint::Keeper keeper = {});

}  // namespace mollis::forward
