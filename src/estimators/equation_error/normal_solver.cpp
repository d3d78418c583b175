#include "estimators/equation_error/normal_solver.hpp"

#include <algorithm>

namespace mollis::equation_error {
namespace {

using petsc::check;

/// Local entries of the vector that belong to constants (or to fields).
petsc::IndexSet entries_of(parameters::ParameterSpace const& space, bool constants) {
  std::vector<PetscInt> entries;
  Index local = space.local_size(), first = 0;
  MPI_Exscan(&local, &first, 1, MPI_INT64_T, MPI_SUM, space.grid().comm());
  if (space.grid().rank() == 0) first = 0;
  for (auto const& unknown : space.unknowns()) {
    if (!unknown.owner || unknown.axes.empty() != constants) continue;
    for (Index i = 0; i < unknown.grid.local_size(); ++i) entries.push_back(static_cast<PetscInt>(first + unknown.offset + i));
  }
  petsc::IndexSet set;
  check(ISCreateGeneral(space.grid().comm(), static_cast<PetscInt>(entries.size()), entries.data(), PETSC_COPY_VALUES,
                        set.address()));
  return set;
}

/// Sets an option of PETSc unless the user did.
void set_option_default(char const* name, char const* value) {
  PetscBool given = PETSC_FALSE;
  check(PetscOptionsHasName(nullptr, nullptr, name, &given));
  if (!given) check(PetscOptionsSetValue(nullptr, name, value));
}

/// Profiles of up to this many points: a banded direct solve on each rank is the surest preconditioner, and the fastest.
constexpr Index longest_profile = 65536;

/// Smoothness of order 2 and more makes rows like a biharmonic's: BoomerAMG takes 4 times fewer iterations than GAMG there.
/// Smoothness of order 1 over three axes: the data bound the condition number so well that Jacobi is 1.7 times faster than
/// GAMG at 128^3 and needs 0.6 of the memory; its iterations grow with the points an axis, so GAMG wins from about 500.
char const* fields_preconditioner(parameters::ParameterSpace const& space) {
  bool rough = true, wide = true;
  for (auto const& unknown : space.unknowns()) {
    if (unknown.axes.empty()) continue;
    rough = rough && unknown.settings.smoothness_order == 1;
    wide = wide && unknown.axes.size() > 2;
  }
#if defined(PETSC_HAVE_HYPRE)
  if (!rough) return PCHYPRE;
#endif
  return rough && wide ? PCJACOBI : PCGAMG;
}

/// Whether the sum of each row is finite: multigrid does not survive a matrix with others.
bool has_finite_rows(Mat matrix, Vec like) {
  auto const ones = petsc::like(like), sums = petsc::like(like);
  check(VecSet(ones, 1.0));
  check(MatMult(matrix, ones, sums));
  return petsc::is_finite(sums);
}

}  // namespace

bool all_profiles(parameters::ParameterSpace const& space) {
  auto const& unknowns = space.unknowns();
  auto const is_profile = [](parameters::Unknown const& u) { return u.grid.dimension() <= 1 && u.grid.points() <= longest_profile; };
  return std::all_of(unknowns.begin(), unknowns.end(), is_profile);
}

void set_preconditioner(KSP ksp, parameters::ParameterSpace const& space) {
  auto const& unknowns = space.unknowns();
  auto const is_constant = [](parameters::Unknown const& u) { return u.axes.empty(); };
  bool const any_constant = std::any_of(unknowns.begin(), unknowns.end(), is_constant);
  bool const all_constant = std::all_of(unknowns.begin(), unknowns.end(), is_constant);
  PC pc = nullptr;
  check(KSPGetPC(ksp, &pc));
  if (all_constant) {
    // All constants stand on one rank: a pseudo-inverse in a block there is exact, and leaves what the data do not determine where
    // it starts. Each is scaled by its own diagonal, so that their units do not matter.
    check(PCSetType(pc, PCBJACOBI));
    set_option_default("-sub_pc_type", "svd");
    set_option_default("-sub_pc_svd_zero_sing", "1e-10");
    check(KSPSetDiagonalScale(ksp, PETSC_TRUE));
    check(KSPSetDiagonalScaleFix(ksp, PETSC_TRUE));
  } else if (all_profiles(space)) {
    check(PCSetType(pc, PCREDUNDANT));
  } else if (any_constant) {
    check(PCSetType(pc, PCFIELDSPLIT));
    check(PCFieldSplitSetIS(pc, "constants", entries_of(space, true)));
    check(PCFieldSplitSetIS(pc, "fields", entries_of(space, false)));
    check(PCFieldSplitSetType(pc, PC_COMPOSITE_ADDITIVE));
    set_option_default("-fieldsplit_constants_ksp_type", "preonly");
    set_option_default("-fieldsplit_constants_pc_type", "bjacobi");
    set_option_default("-fieldsplit_constants_sub_pc_type", "lu");
    set_option_default("-fieldsplit_fields_ksp_type", "preonly");
    set_option_default("-fieldsplit_fields_pc_type", fields_preconditioner(space));
  } else {
    check(PCSetType(pc, fields_preconditioner(space)));
  }
}

NormalSolver::NormalSolver(parameters::ParameterSpace const& space, double tolerance, bool coupled)
    : solver_(space.grid().comm(), {tolerance, 5000, false}), tolerance_(tolerance) {
  if (coupled) {
    set_preconditioner(solver_.ksp(), space);
  } else {
    PC pc = nullptr;
    check(KSPGetPC(solver_.ksp(), &pc));
    check(PCSetType(pc, PCJACOBI));
  }
  solver_.take_options();
}

solver::Outcome NormalSolver::solve(Mat matrix, Vec b, Vec x) {
  bool const fresh = renew_;
  if (fresh && !has_finite_rows(matrix, b)) {
    check(VecSet(x, 0.0));
    return {0, false, "the normal matrix is not finite"};
  }
  solver_.set_matrix(matrix, fresh);
  auto outcome = solver_.solve(b, x);
  if (fresh) fresh_iterations_ = outcome.iterations;
  renew_ = !outcome.converged || outcome.iterations > fresh_iterations_ + 10;
  if (outcome.converged || fresh) return outcome;
  int const before = outcome.iterations;  // once more with a preconditioner of this very matrix
  outcome = solve(matrix, b, x);
  outcome.iterations += before;
  return outcome;
}

solver::Outcome NormalSolver::solve(Mat matrix, Vec b, Vec x, double tolerance) {
  solver_.set_tolerance(tolerance);
  auto const outcome = solve(matrix, b, x);
  solver_.set_tolerance(tolerance_);
  return outcome;
}

}  // namespace mollis::equation_error
