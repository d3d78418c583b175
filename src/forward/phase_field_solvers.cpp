#include "forward/phase_field_solvers.hpp"

#include <cmath>

namespace mollis::forward {
namespace {

using petsc::check;

constexpr double step_tolerance = 1e-6;    ///< of the linear systems of time steps
constexpr double newton_tolerance = 1e-4;  ///< and of Newton's
constexpr PetscInt most_steps = 1000000;
constexpr PetscInt most_newton_steps = 30;

/// A callback's work; its errors go through PETSc as codes.
template <class Work>
PetscErrorCode guarded(PhaseFieldContext& context, Work const& work) {
  try {
    work(context.model);
    return static_cast<PetscErrorCode>(0);
  } catch (...) {
    context.error = std::current_exception();
    return PETSC_ERR_USER;
  }
}

PetscErrorCode apply_derivative(Mat matrix, Vec in, Vec out) {
  PhaseFieldContext* context = nullptr;
  MatShellGetContext(matrix, &context);
  return guarded(*context, [&](PhaseFieldModel& model) { model.apply_derivative(in, out); });
}

PetscErrorCode precondition(PC pc, Vec in, Vec out) {
  PhaseFieldContext* context = nullptr;
  PCShellGetContext(pc, &context);
  return guarded(*context, [&](PhaseFieldModel& model) { model.precondition(in, out); });
}

/// dphi/dt - R.
PetscErrorCode implicit_function(TS, PetscReal t, Vec phi, Vec slope, Vec out, void* context) {
  return guarded(*static_cast<PhaseFieldContext*>(context), [&](PhaseFieldModel& model) {
    model.rate_of_change(t, phi, out);
    check(VecAYPX(out, -1.0, slope));
  });
}

PetscErrorCode implicit_derivative(TS, PetscReal t, Vec phi, Vec, PetscReal shift, Mat, Mat, void* context) {
  return guarded(*static_cast<PhaseFieldContext*>(context),
                 [&](PhaseFieldModel& model) { model.linearise(t, phi, shift); });
}

/// -R.
PetscErrorCode steady_function(SNES, Vec phi, Vec out, void* context) {
  return guarded(*static_cast<PhaseFieldContext*>(context), [&](PhaseFieldModel& model) {
    model.rate_of_change(0.0, phi, out);
    check(VecScale(out, -1.0));
  });
}

PetscErrorCode steady_derivative(SNES, Vec phi, Mat, Mat, void* context) {
  return guarded(*static_cast<PhaseFieldContext*>(context),
                 [&](PhaseFieldModel& model) { model.linearise(0.0, phi, 0.0); });
}

petsc::Matrix make_derivative(PhaseFieldContext& context) {
  auto const& series = context.model.series();
  petsc::Matrix matrix;
  auto const local = static_cast<PetscInt>(series.local_size());
  check(MatCreateShell(series.comm(), local, local, PETSC_DETERMINE, PETSC_DETERMINE, &context, matrix.address()));
  check(MatShellSetOperation(matrix, MATOP_MULT, reinterpret_cast<void (*)(void)>(apply_derivative)));
  return matrix;
}

void configure_linear_solver(SNES nonlinear, PhaseFieldContext& context, double tolerance) {
  KSP solver = nullptr;
  PC pc = nullptr;
  check(SNESGetKSP(nonlinear, &solver));
  check(KSPSetType(solver, KSPGMRES));
  check(KSPSetTolerances(solver, tolerance, PETSC_DEFAULT, PETSC_DEFAULT, 500));
  check(KSPGetPC(solver, &pc));
  check(PCSetType(pc, PCSHELL));
  check(PCShellSetContext(pc, &context));
  check(PCShellSetApply(pc, precondition));
}

}  // namespace

void check_calls(PhaseFieldContext const& context, PetscErrorCode code) {
  if (code != 0 && context.error) std::rethrow_exception(context.error);
  check(code);
}

TimeStepper make_stepper(PhaseFieldContext& context, double tolerance) {
  TimeStepper stepper;
  auto const matrix = make_derivative(context);
  check(TSCreate(context.model.series().comm(), stepper.address()));
  check(TSSetOptionsPrefix(stepper, "forward_"));
  check(TSSetType(stepper, TSROSW));
  check(TSSetIFunction(stepper, nullptr, implicit_function, &context));
  check(TSSetIJacobian(stepper, matrix, matrix, implicit_derivative, &context));
  check(TSSetTolerances(stepper, tolerance, nullptr, 0.0, nullptr));
  check(TSSetMaxSteps(stepper, most_steps));
  check(TSSetErrorIfStepFails(stepper, PETSC_FALSE));
  SNES nonlinear = nullptr;
  check(TSGetSNES(stepper, &nonlinear));
  configure_linear_solver(nonlinear, context, step_tolerance);
  return stepper;
}

NonlinearSolver make_newton(PhaseFieldContext& context, double tolerance) {
  auto const& series = context.model.series();
  NonlinearSolver newton;
  auto const matrix = make_derivative(context);
  check(SNESCreate(series.comm(), newton.address()));
  check(SNESSetOptionsPrefix(newton, "forward_steady_"));
  check(SNESSetFunction(newton, nullptr, steady_function, &context));
  check(SNESSetJacobian(newton, matrix, matrix, steady_derivative, &context));
  double const norm = tolerance * std::sqrt(static_cast<double>(series.points()));
  check(SNESSetTolerances(newton, norm, 0.0, 0.0, most_newton_steps, PETSC_DEFAULT));
  configure_linear_solver(newton, context, newton_tolerance);
  check(SNESSetFromOptions(newton));
  return newton;
}

}  // namespace mollis::forward
