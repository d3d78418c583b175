#include "estimators/joint/gauss_newton.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

/// Exceptions must not pass through PETSc's C code.
template <class Work>
PetscErrorCode guarded(std::exception_ptr& kept, Work&& work) {
  try {
    work();
    return 0;
  } catch (...) {
    kept = std::current_exception();
    return PETSC_ERR_USER;
  }
}

PetscErrorCode multiply(Mat shell, Vec v, Vec out) {
  void* context = nullptr;
  PetscErrorCode const code = MatShellGetContext(shell, &context);
  if (code != 0) return code;
  auto& system = *static_cast<LinearSystem*>(context);
  return guarded(system.error, [&] {
    system.objective.apply_hessian(v, out);
    system.project(out);
  });
}

PetscErrorCode precondition(PC pc, Vec r, Vec z) {
  void* context = nullptr;
  PetscErrorCode const code = PCShellGetContext(pc, &context);
  if (code != 0) return code;
  auto& system = *static_cast<LinearSystem*>(context);
  return guarded(system.error, [&] {
    system.preconditioner.apply(r, z);
    system.project(z);
  });
}

}  // namespace

void LinearSystem::project(Vec v) const {
  if (moves) check(VecPointwiseMult(v, v, moves));
}

petsc::Matrix make_shell(LinearSystem& system) {
  petsc::Matrix shell;
  auto& objective = system.objective;
  auto const local = static_cast<PetscInt>(objective.layout().size);
  check(MatCreateShell(objective.problem().grid.comm(), local, local, PETSC_DETERMINE, PETSC_DETERMINE, &system, shell.address()));
  check(MatShellSetOperation(shell, MATOP_MULT, reinterpret_cast<void (*)(void)>(multiply)));
  check(MatShellSetOperation(shell, MATOP_MULT_TRANSPOSE, reinterpret_cast<void (*)(void)>(multiply)));
  check(MatSetOption(shell, MAT_SYMMETRIC, PETSC_TRUE));
  return shell;
}

void set_preconditioner(KSP ksp, LinearSystem& system) {
  PC pc = nullptr;
  check(KSPGetPC(ksp, &pc));
  check(PCSetType(pc, PCSHELL));
  check(PCShellSetContext(pc, &system));
  check(PCShellSetApply(pc, precondition));
  check(PCShellSetName(pc, "averaged Hessian"));
}

GaussNewton::GaussNewton(Objective& objective, double tolerance, int most_krylov)
    : objective_(objective), preconditioner_(objective), system_{objective, preconditioner_}, hessian_(make_shell(system_)) {
  check(TaoCreate(objective.problem().grid.comm(), tao_.address()));
  check(TaoSetType(tao_, TAONLS));
  check(TaoSetOptionsPrefix(tao_, "joint_"));
  check(TaoSetObjectiveAndGradient(tao_, nullptr, evaluate, this));
  check(TaoSetHessian(tao_, hessian_, hessian_, linearise, this));
  check(TaoSetTolerances(tao_, 0.0, 0.0, 0.0));
  check(TaoSetMaximumIterations(tao_, 1));
  TaoLineSearch search = nullptr;
  check(TaoGetLineSearch(tao_, &search));
  check(TaoLineSearchSetType(search, TAOLINESEARCHARMIJO));
  KSP ksp = nullptr;
  check(TaoGetKSP(tao_, &ksp));
  check(KSPSetType(ksp, KSPCG));
  check(KSPSetTolerances(ksp, tolerance, 0.0, 1e10, most_krylov));
  check(KSPSetNormType(ksp, KSP_NORM_NATURAL));
  check(KSPSetResidualHistory(ksp, &first_norm_, 1, PETSC_TRUE));
  set_preconditioner(ksp, system_);
  check(TaoSetFromOptions(tao_));
}

GaussNewton::~GaussNewton() = default;

PetscErrorCode GaussNewton::evaluate(Tao, Vec x, PetscReal* value, Vec gradient, void* self) {
  auto& fit = *static_cast<GaussNewton*>(self);
  return guarded(fit.system_.error, [&] {
    *value = fit.objective_.move_to(x).value(fit.objective_.weights());
    fit.objective_.gradient(gradient);
    fit.system_.project(gradient);
  });
}

/// TAO asks for the Hessian where it has evaluated last.
PetscErrorCode GaussNewton::linearise(Tao, Vec x, Mat, Mat, void* self) {
  auto& fit = *static_cast<GaussNewton*>(self);
  return guarded(fit.system_.error, [&] {
    fit.objective_.move_to(x);
    fit.objective_.linearise();
    fit.preconditioner_.update();
  });
}

GaussNewton::Outcome GaussNewton::step(Vec x) {
  check(TaoSetSolution(tao_, x));
  PetscErrorCode const code = TaoSolve(tao_);
  if (system_.error) std::rethrow_exception(system_.error);
  check(code);
  Outcome outcome;
  PetscInt iterations = 0, krylov = 0;
  PetscReal value = 0.0, gradient = 0.0, length = 0.0;
  check(TaoGetSolutionStatus(tao_, &iterations, &value, &gradient, nullptr, &length, nullptr));
  check(TaoGetLinearSolveIterations(tao_, &krylov));
  outcome.objective = value;
  outcome.gradient = gradient;
  outcome.length = iterations > 0 ? length : 0.0;
  outcome.promised = 0.5 * first_norm_ * first_norm_;
  outcome.krylov = static_cast<int>(krylov);
  return outcome;
}

}  // namespace mollis::joint
