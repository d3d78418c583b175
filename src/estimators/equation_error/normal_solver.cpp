#include "estimators/equation_error/normal_solver.hpp"

#include <algorithm>

namespace mollis::equation_error {
namespace {

using petsc::check;

/// Profiles of up to this many points: a banded direct solve on each rank is the surest preconditioner, and the fastest.
constexpr Index longest_profile = 65536;

/// Sets an option of PETSc unless the user did.
void set_option_default(char const* name, char const* value) {
  PetscBool given = PETSC_FALSE;
  check(PetscOptionsHasName(nullptr, nullptr, name, &given));
  if (!given) check(PetscOptionsSetValue(nullptr, name, value));
  check(PetscOptionsHasName(nullptr, nullptr, name, &given));  // no option of the user's that nothing has read
}

bool is_given(char const* option) {
  PetscBool given = PETSC_FALSE;
  check(PetscOptionsHasName(nullptr, nullptr, option, &given));
  return given == PETSC_TRUE;
}

/// For an assembled matrix.
void set_preconditioner(KSP ksp, parameters::ParameterSpace const& space, bool coupled) {
  auto const& unknowns = space.unknowns();
  PC pc = nullptr;
  check(KSPGetPC(ksp, &pc));
  if (!coupled) {
    check(PCSetType(pc, PCJACOBI));
  } else if (std::all_of(unknowns.begin(), unknowns.end(), [](parameters::Unknown const& u) { return u.axes.empty(); })) {
    // All constants stand on one rank: a pseudo-inverse in a block there is exact, and leaves what the data do not determine where
    // it starts. Each is scaled by its own diagonal, so that their units do not matter.
    check(PCSetType(pc, PCBJACOBI));
    set_option_default("-sub_pc_type", "svd");
    set_option_default("-sub_pc_svd_zero_sing", "1e-10");
    check(KSPSetDiagonalScale(ksp, PETSC_TRUE));
    check(KSPSetDiagonalScaleFix(ksp, PETSC_TRUE));
  } else if (all_profiles(space)) {
    check(PCSetType(pc, PCREDUNDANT));
    set_option_default("-redundant_pc_factor_zeropivot", "1e-300");  // pivots of one unit stand beside entries of another
  }
}

/// Whether the sum of each row is finite: factors and multigrid do not survive a matrix with others.
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

NormalSolver::Shell::Shell(parameters::ParameterSpace const& space, std::shared_ptr<parameters::SmoothnessProduct const> smoothness,
                           double tolerance)
    : normal(space, std::move(smoothness)), spectral(space), moving(normal), moving_spectral(spectral), whole(space.grid().comm(), space.local_size(), normal, &spectral),
      gradients(space.grid().comm(), space.local_size(), moving, &moving_spectral, {tolerance, 5000, true}) {
  gradients.take_options();
}

NormalSolver::NormalSolver(parameters::ParameterSpace const& space, std::shared_ptr<parameters::SmoothnessProduct const> smoothness,
                           double tolerance, bool coupled)
    : space_(&space), tolerance_(tolerance) {
  if (coupled && !all_profiles(space) && !is_given("-pc_type")) {
    shell_ = std::make_unique<Shell>(space, std::move(smoothness), tolerance);
    return;
  }
  gradients_ = std::make_unique<solver::ConjugateGradients>(space.grid().comm(), solver::Stop{tolerance, 5000, false});
  set_preconditioner(gradients_->ksp(), space, coupled);
  gradients_->take_options();
}

void NormalSolver::update(NormalParts const& parts) {
  parts_ = parts;
  assembled_fresh_ = false;
  if (!shell_) {
    assembled();
    return;
  }
  shell_->normal.update(parts);
  shell_->fresh = false;
}

Mat NormalSolver::matrix() const { return shell_ ? shell_->whole.matrix() : matrix_->matrix(); }

Mat NormalSolver::assembled() {
  if (!matrix_) matrix_.emplace(*space_);
  if (!assembled_fresh_) matrix_->assemble(parts_);
  assembled_fresh_ = true;
  return matrix_->matrix();
}

void NormalSolver::renew_preconditioner() {
  if (!shell_->fresh) shell_->spectral.update(shell_->normal);
  shell_->fresh = true;
}

std::vector<double> NormalSolver::traces_of_inverse() {
  if (!shell_) return std::vector<double>(space_->unknowns().size(), 0.0);
  renew_preconditioner();
  return shell_->spectral.traces();
}

solver::Outcome NormalSolver::solve(Vec b, Vec x, double tolerance) {
  if (!shell_) return solve_assembled(matrix_->matrix(), b, x, tolerance);
  if (!has_finite_rows(matrix(), b)) {
    check(VecSet(x, 0.0));
    return {0, false, "the normal matrix is not finite"};
  }
  renew_preconditioner();
  return solve_shell(b, x, tolerance);
}

/// Elsewhere PETSc would take a run that stops within a product for an error of its own.
solver::Outcome NormalSolver::solve_shell(Vec b, Vec x, double tolerance) {
  struct Pauses {
    NormalOperator& normal;
    ~Pauses() { normal.pause_at(nullptr); }
  } const pauses{shell_->normal};
  shell_->normal.pause_at(keeper_);
  shell_->gradients.set_tolerance(tolerance);
  return shell_->gradients.solve(b, x);
}

solver::Outcome NormalSolver::solve_assembled(Mat matrix, Vec b, Vec x, double tolerance) {
  if (!has_finite_rows(matrix, b)) {
    check(VecSet(x, 0.0));
    return {0, false, "the normal matrix is not finite"};
  }
  gradients_->set_matrix(matrix, true);
  gradients_->set_tolerance(tolerance);
  return gradients_->solve(b, x);
}

solver::Outcome NormalSolver::solve_moving(Vec moves, Vec b, Vec x, double tolerance) {
  auto const held = petsc::copy_of(x), right = petsc::copy_of(b), part = petsc::like(x);
  check(VecPointwiseMult(part, x, moves));
  check(VecAXPY(held, -1.0, part));            // x where it is held, 0 elsewhere
  solver::Outcome outcome;
  if (shell_) {
    auto const product = petsc::like(x);
    check(MatMult(matrix(), held, product));
    check(VecAXPY(right, -1.0, product));
    check(VecPointwiseMult(right, right, moves));
    renew_preconditioner();
    shell_->moving.set(moves);
    shell_->moving_spectral.set(moves);
    outcome = solve_shell(right, part, tolerance);
    shell_->moving.set(nullptr);
    shell_->moving_spectral.set(nullptr);
    check(VecWAXPY(x, 1.0, held, part));
    return outcome;
  }
  petsc::Matrix reduced;
  check(MatDuplicate(matrix_->matrix(), MAT_COPY_VALUES, reduced.address()));
  PetscScalar const* mask = nullptr;
  PetscInt first = 0;
  check(VecGetOwnershipRange(x, &first, nullptr));
  std::vector<PetscInt> rows;
  check(VecGetArrayRead(moves, &mask));
  for (PetscInt i = 0; i < static_cast<PetscInt>(space_->local_size()); ++i)
    if (mask[i] == 0.0) rows.push_back(first + i);
  check(VecRestoreArrayRead(moves, &mask));
  petsc::IndexSet entries;
  check(ISCreateGeneral(space_->grid().comm(), static_cast<PetscInt>(rows.size()), rows.data(), PETSC_COPY_VALUES, entries.address()));
  check(MatZeroRowsColumnsIS(reduced, entries, 1.0, x, right));
  return solve_assembled(reduced, right, x, tolerance);
}

}  // namespace mollis::equation_error
