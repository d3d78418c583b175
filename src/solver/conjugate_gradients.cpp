#include "solver/conjugate_gradients.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "petsc/failure.hpp"
#include "petsc/watch.hpp"
#include "run/error.hpp"

namespace mollis::solver {

using petsc::check;

namespace {

/// Errors of PETSc that come from numbers: factors that do not exist, eigenvalue estimates that fail.
bool is_numerical(PetscErrorCode code) {
  static PetscErrorCode const codes[] = {PETSC_ERR_FP, PETSC_ERR_MAT_LU_ZRPVT, PETSC_ERR_MAT_CH_ZRPVT, PETSC_ERR_CONV_FAILED,
                                         PETSC_ERR_NOT_CONVERGED, PETSC_ERR_LIB, PETSC_ERR_PLIB};
  return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

/// Whether |b - A x| <= tolerance |b|, for solvers that do not look (preonly, -ksp_norm_type none).
bool reaches(KSP ksp, Vec b, Vec x) {
  Mat matrix = nullptr;
  PetscReal tolerance = 0.0;
  check(KSPGetOperators(ksp, &matrix, nullptr));
  check(KSPGetTolerances(ksp, &tolerance, nullptr, nullptr, nullptr));
  auto const residual = petsc::like(b);
  check(MatMult(matrix, x, residual));
  check(VecAXPY(residual, -1.0, b));
  PetscReal left = 0.0, size = 0.0;
  check(VecNorm(residual, NORM_2, &left));
  check(VecNorm(b, NORM_2, &size));
  return left <= tolerance * size;
}

/// Whether the solution to begin with left a residual beyond all bounds: a guess in other units, of which no digit would remain.
bool is_guess_useless(KSP ksp) {
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  PetscInt iterations = 0;
  check(KSPGetConvergedReason(ksp, &reason));
  check(KSPGetIterationNumber(ksp, &iterations));
  return reason == KSP_DIVERGED_DTOL && iterations == 0;
}

/// A solver that the user has put in place of conjugate gradients may know no natural norm: it takes its own.
void give_norm(KSP ksp) {
  KSPType type = nullptr;
  char const* prefix = nullptr;
  PetscBool given = PETSC_FALSE;
  check(KSPGetType(ksp, &type));
  check(KSPGetOptionsPrefix(ksp, &prefix));
  check(PetscOptionsHasName(nullptr, prefix, "-ksp_norm_type", &given));
  if (std::string(type) != KSPCG && std::string(type) != KSPFCG && !given) check(KSPSetNormType(ksp, KSP_NORM_DEFAULT));
}

}  // namespace

std::string breakdown_of(KSP ksp) {
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  check(KSPGetConvergedReason(ksp, &reason));
  switch (reason) {
    case KSP_DIVERGED_NANORINF: return "values that are not finite";
    case KSP_DIVERGED_INDEFINITE_MAT: return "the matrix is not positive definite";
    case KSP_DIVERGED_INDEFINITE_PC: return "the preconditioner is not positive definite";
    case KSP_DIVERGED_PC_FAILED: return "the matrix has no factor to precondition with";
    case KSP_DIVERGED_DTOL: return "the residual grows without limit";
    default: return reason >= 0 || reason == KSP_DIVERGED_ITS ? "" : KSPConvergedReasons[reason];
  }
}

void check_rule(KSP ksp) {
  give_norm(ksp);
  check(KSPSetErrorIfNotConverged(ksp, PETSC_FALSE));
  PetscReal relative = 0.0, absolute = 0.0, divergence = 0.0;
  PetscInt most = 0;
  check(KSPGetTolerances(ksp, &relative, &absolute, &divergence, &most));
  if (relative >= 0.0 && relative < 1.0 && absolute >= 0.0 && divergence > 0.0 && most >= 0) return;
  char const* prefix = nullptr;
  check(KSPGetOptionsPrefix(ksp, &prefix));
  throw run::Error(run::Exit::usage,
                   fmt::format("PETSc options -{0}ksp_rtol {1:g}, -{0}ksp_atol {2:g}, -{0}ksp_divtol {3:g}, -{0}ksp_max_it {4}: "
                               "not a rule for when to stop; rtol lies in [0, 1), the others are positive",
                               prefix != nullptr ? prefix : "", relative, absolute, divergence, most));
}

void set_rule(KSP ksp, Stop const& stop) {
  check(KSPSetType(ksp, KSPCG));
  check(KSPSetTolerances(ksp, stop.tolerance, 0.0, 1e10, stop.most));
  check(KSPSetNormType(ksp, stop.natural ? KSP_NORM_NATURAL : KSP_NORM_PRECONDITIONED));
}

void keep_directions(KSP ksp, int first, int most) {
  check(KSPSetType(ksp, KSPFCG));
  check(KSPFCGSetNprealloc(ksp, first));
  check(KSPFCGSetMmax(ksp, most));
  check(KSPFCGSetTruncationType(ksp, KSP_FCD_TRUNC_TYPE_STANDARD));
}

ConjugateGradients::ConjugateGradients(MPI_Comm comm, Stop const& stop, char const* prefix) : stop_(stop), tick_(comm, "linear solve") {
  check(KSPCreate(comm, ksp_.address()));
  check(KSPSetOptionsPrefix(ksp_, prefix));
  set_rule(ksp_, stop);
  petsc::watch(ksp_, tick_);
}

ConjugateGradients::ConjugateGradients(MPI_Comm comm, Index local, Operator& op, Preconditioner* preconditioner, Stop const& stop,
                                       char const* prefix)
    : ConjugateGradients(comm, stop, prefix) {
  shells_ = std::make_unique<Shells>(comm, local, op, preconditioner);
  shells_->put_preconditioner(ksp_);
  check(KSPSetOperators(ksp_, shells_->matrix(), shells_->matrix()));
  if (prefix != nullptr) take_options();
}

void ConjugateGradients::take_options() {
  check(KSPSetFromOptions(ksp_));
  check_rule(ksp_);
}

void ConjugateGradients::set_matrix(Mat matrix, bool renew) {
  check(KSPSetReusePreconditioner(ksp_, renew ? PETSC_FALSE : PETSC_TRUE));
  check(KSPSetOperators(ksp_, matrix, matrix));
}

void ConjugateGradients::set_tolerance(double tolerance) {
  if (tolerance == stop_.tolerance) return;
  stop_.tolerance = tolerance;
  check(KSPSetTolerances(ksp_, tolerance, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT));
}

/// Frees what PETSc works with between solves without a matrix: vectors, and the last b and x, which it holds.
void ConjugateGradients::set_down() {
  if (!shells_ || !dead_.empty()) return;
  check(KSPReset(ksp_));
  check(KSPSetOperators(ksp_, shells_->matrix(), shells_->matrix()));
}

Outcome ConjugateGradients::solve(Vec b, Vec x) {
  if (!dead_.empty() || !petsc::is_finite(b)) {
    check(VecSet(x, 0.0));
    return {0, false, dead_.empty() ? "the right-hand side is not finite" : dead_};
  }
  KSPType type = nullptr;
  check(KSPGetType(ksp_, &type));
  bool const once = std::string(type) == KSPPREONLY;
  if (once) check(VecSet(x, 0.0));
  check(KSPSetInitialGuessNonzero(ksp_, once ? PETSC_FALSE : PETSC_TRUE));
  PetscErrorCode code = KSPSolve(ksp_, b, x);
  if (shells_) shells_->rethrow();
  if (code == 0 && is_guess_useless(ksp_)) {
    check(VecSet(x, 0.0));
    code = KSPSolve(ksp_, b, x);
    if (shells_) shells_->rethrow();
  }
  auto const out = outcome(code, b, x);
  set_down();
  return out;
}

Outcome ConjugateGradients::outcome(PetscErrorCode code, Vec b, Vec x) {
  Outcome outcome;
  if (code != 0) {
    if (!is_numerical(code)) check(code);
    outcome.broken = dead_ = petsc::Failure(code).what();
  } else {
    KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
    PetscInt iterations = 0;
    check(KSPGetConvergedReason(ksp_, &reason));
    check(KSPGetIterationNumber(ksp_, &iterations));
    outcome.iterations = static_cast<int>(iterations);
    outcome.converged = reason == KSP_CONVERGED_ITS ? reaches(ksp_, b, x) : reason > 0;
    outcome.broken = breakdown_of(ksp_);
  }
  if (petsc::is_finite(x)) return outcome;
  check(VecSet(x, 0.0));
  outcome.converged = false;
  if (outcome.broken.empty()) outcome.broken = "the solution is not finite";
  return outcome;
}

std::vector<Outcome> ConjugateGradients::solve(std::vector<Vec> const& b, std::vector<Vec> const& x) {
  std::vector<Outcome> outcomes;
  for (std::size_t k = 0; k < b.size(); ++k) outcomes.push_back(solve(b[k], x[k]));
  return outcomes;
}

}  // namespace mollis::solver
