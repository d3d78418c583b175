#include "forward/solve.hpp"

#include <fmt/format.h>

#include "forward/inject.hpp"
#include "forward/multigrid.hpp"
#include "petsc/watch.hpp"
#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

/// ||load - A u|| / ||load|| as the solver sees it; run::Error where it gave up.
double verdict(KSP solver, Vec load) {
  KSPConvergedReason reason;
  PetscReal residual = 0.0, size = 0.0;
  check(KSPGetConvergedReason(solver, &reason));
  check(KSPGetResidualNorm(solver, &residual));
  check(VecNorm(load, NORM_2, &size));
  double const relative = size > 0.0 ? residual / size : 0.0;
  if (reason == KSP_DIVERGED_NANORINF)
    throw run::Error(run::Exit::bad_deck, "the solver met values that are not finite; check the expressions", "equation");
  if (reason < 0)
    throw run::Error(run::Exit::not_converged,
                     fmt::format("the solver stopped ({}) at a relative residual of {:.2g}; try -- "
                                 "-forward_ksp_max_it N or another -forward_ksp_type",
                                 KSPConvergedReasons[reason], relative),
                     "equation");
  return relative;
}

}  // namespace

Solution solve(grid::Grid const& grid, Problem const& problem, int refine, double tolerance) {
  auto const levels = make_levels(grid.comm(), refined(grid.axes(), refine, problem.insulated));
  auto const& finest = levels.front();
  auto const solver = make_solver(levels, problem, tolerance);
  auto const load = make_load(finest, problem);
  auto const fine = petsc::like(load);
  run::Ticker tick(grid.comm(), "linear solve");
  petsc::watch(solver, tick);
  check(KSPSolve(solver, load, fine));

  Solution solution;
  solution.relative_residual = verdict(solver, load);
  PetscInt iterations = 0, unknowns = 0;
  check(KSPGetIterationNumber(solver, &iterations));
  check(VecGetSize(fine, &unknowns));
  set_walls(finest, problem.boundary, fine);
  solution.state = Injector(finest, fine, grid, refine)(fine);
  solution.iterations = iterations;
  solution.unknowns = unknowns;
  solution.levels = static_cast<int>(levels.size());
  return solution;
}

}  // namespace mollis::forward
