#include "solver/conjugate_gradients.hpp"

namespace mollis::solver {

using petsc::check;

void set_rule(KSP ksp, Stop const& stop) {
  check(KSPSetType(ksp, KSPCG));
  check(KSPSetTolerances(ksp, stop.tolerance, 0.0, 1e10, stop.most));
  check(KSPSetNormType(ksp, stop.natural ? KSP_NORM_NATURAL : KSP_NORM_PRECONDITIONED));
}

ConjugateGradients::ConjugateGradients(MPI_Comm comm, Stop const& stop, char const* prefix) : stop_(stop) {
  check(KSPCreate(comm, ksp_.address()));
  check(KSPSetOptionsPrefix(ksp_, prefix));
  set_rule(ksp_, stop);
  check(KSPSetInitialGuessNonzero(ksp_, PETSC_TRUE));
}

ConjugateGradients::ConjugateGradients(MPI_Comm comm, Index local, Operator& op, Preconditioner* preconditioner, Stop const& stop,
                                       char const* prefix)
    : ConjugateGradients(comm, stop, prefix) {
  shells_ = std::make_unique<Shells>(comm, local, op, preconditioner);
  shells_->put_preconditioner(ksp_);
  check(KSPSetOperators(ksp_, shells_->matrix(), shells_->matrix()));
  if (prefix != nullptr) take_options();
}

void ConjugateGradients::take_options() { check(KSPSetFromOptions(ksp_)); }

void ConjugateGradients::set_matrix(Mat matrix, bool renew) {
  check(KSPSetReusePreconditioner(ksp_, renew ? PETSC_FALSE : PETSC_TRUE));
  check(KSPSetOperators(ksp_, matrix, matrix));
}

void ConjugateGradients::set_tolerance(double tolerance) {
  if (tolerance == stop_.tolerance) return;
  stop_.tolerance = tolerance;
  check(KSPSetTolerances(ksp_, tolerance, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT));
}

Outcome ConjugateGradients::solve(Vec b, Vec x) {
  PetscErrorCode const code = KSPSolve(ksp_, b, x);
  shells_ ? shells_->check(code) : check(code);
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  PetscInt iterations = 0;
  check(KSPGetConvergedReason(ksp_, &reason));
  check(KSPGetIterationNumber(ksp_, &iterations));
  return {static_cast<int>(iterations), reason > 0};
}

std::vector<Outcome> ConjugateGradients::solve(std::vector<Vec> const& b, std::vector<Vec> const& x) {
  std::vector<Outcome> outcomes;
  for (std::size_t k = 0; k < b.size(); ++k) outcomes.push_back(solve(b[k], x[k]));
  return outcomes;
}

}  // namespace mollis::solver
