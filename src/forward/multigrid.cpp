#include "forward/multigrid.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

constexpr PetscInt smoothing_steps = 2, most_iterations = 200;
constexpr double largest_eigenvalue = 2.0;  ///< of D^-1 A: its rows have equal sums of positive and negative entries
constexpr double smallest_smoothed = 0.25;  ///< of the modes that coarser levels do not see

/// Unknowns up to which a direct solver is the cheapest coarse solver (fill grows with the dimension).
PetscInt direct_limit(int dimension) { return dimension == 1 ? 1'000'000 : dimension == 2 ? 40'000 : 8'000; }

PetscInt size_of(Level const& level) {
  PetscInt size = 1;
  for (auto const& line : level.lines) size *= line.points;
  return size;
}

void configure_smoother(KSP smoother) {
  check(KSPSetType(smoother, KSPCHEBYSHEV));
  check(KSPChebyshevSetEigenvalues(smoother, largest_eigenvalue, smallest_smoothed));
  check(KSPSetTolerances(smoother, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT, smoothing_steps));
  check(KSPSetNormType(smoother, KSP_NORM_NONE));
  PC jacobi = nullptr;
  check(KSPGetPC(smoother, &jacobi));
  check(PCSetType(jacobi, PCJACOBI));
}

void configure_coarsest(KSP coarsest, Level const& level) {
  PC solver = nullptr;
  check(KSPSetType(coarsest, KSPPREONLY));
  check(KSPGetPC(coarsest, &solver));
  check(PCSetType(solver, size_of(level) <= direct_limit(level.dimension()) ? PCREDUNDANT : PCGAMG));
}

void configure_levels(PC multigrid, std::vector<Level> const& levels, Problem const& problem, Mat finest) {
  auto const count = static_cast<PetscInt>(levels.size());
  check(PCSetType(multigrid, PCMG));
  check(PCMGSetLevels(multigrid, count, nullptr));
  check(PCMGSetGalerkin(multigrid, PC_MG_GALERKIN_NONE));
  for (PetscInt n = 0; n < count; ++n) {  // levels counts from the finest, PCMG from the coarsest
    auto const& level = levels[static_cast<std::size_t>(n)];
    KSP smoother = nullptr;
    check(PCMGGetSmoother(multigrid, count - 1 - n, &smoother));
    if (n == count - 1) {
      configure_coarsest(smoother, level);
    } else {
      configure_smoother(smoother);
      check(PCMGSetInterpolation(multigrid, count - 1 - n,
                                 make_interpolation(levels[static_cast<std::size_t>(n + 1)], level)));
    }
    if (n == 0) {
      check(KSPSetOperators(smoother, finest, finest));
    } else {
      auto const matrix = make_operator(level, problem);
      check(KSPSetOperators(smoother, matrix, matrix));
    }
  }
}

}  // namespace

petsc::LinearSolver make_solver(std::vector<Level> const& levels, Problem const& problem, double tolerance) {
  petsc::LinearSolver solver;
  check(KSPCreate(PetscObjectComm(reinterpret_cast<PetscObject>(static_cast<DM>(levels[0].dm))), solver.address()));
  check(KSPSetOptionsPrefix(solver, "forward_"));
  check(KSPSetType(solver, problem.flows() ? KSPGMRES : KSPCG));
  check(KSPSetNormType(solver, KSP_NORM_UNPRECONDITIONED));
  if (problem.flows()) {
    check(KSPSetPCSide(solver, PC_RIGHT));
    check(KSPGMRESSetRestart(solver, most_iterations));
  }
  check(KSPSetTolerances(solver, tolerance, PETSC_DEFAULT, PETSC_DEFAULT, most_iterations));
  auto diffusion = problem;
  diffusion.velocity = {};
  auto const matrix = make_operator(levels[0], diffusion);
  auto const whole = problem.flows() ? make_operator(levels[0], problem) : petsc::Matrix{};
  check(KSPSetOperators(solver, problem.flows() ? whole : matrix, matrix));
  PC multigrid = nullptr;
  check(KSPGetPC(solver, &multigrid));
  configure_levels(multigrid, levels, diffusion, matrix);
  check(KSPSetFromOptions(solver));
  return solver;
}

}  // namespace mollis::forward
