#include "predict/stepper.hpp"

#include <fmt/format.h>

#include <limits>

#include "petsc/failure.hpp"
#include "solver/shells.hpp"

namespace mollis::predict {
namespace {

using petsc::check;

constexpr char const* tableau = "mollis sdirk4";

/// Hairer and Wanner, Solving Ordinary Differential Equations II, table 6.5: order 4 with an embedded 3.
void register_tableau() {
  PetscReal const a[] = {1.0 / 4,       0,              0,          0,        0,      //
                         1.0 / 2,       1.0 / 4,        0,          0,        0,      //
                         17.0 / 50,     -1.0 / 25,      1.0 / 4,    0,        0,      //
                         371.0 / 1360,  -137.0 / 2720,  15.0 / 544, 1.0 / 4,  0,      //
                         25.0 / 24,     -49.0 / 48,     125.0 / 16, -85.0 / 12, 1.0 / 4};
  PetscReal const embedded[] = {59.0 / 48, -17.0 / 96, 225.0 / 32, -85.0 / 12, 0};
  PetscReal const interpolation[] = {1, 1, 1, 1, 1};   // never asked for: steps end at frames
  check(TSARKIMEXRegister(tableau, 4, 5, a, nullptr, nullptr, a, nullptr, nullptr, embedded, embedded, 1, interpolation, interpolation));
}

/// GMRES to 1e-10, in blocks of the ranks; a whole factor where there is one and `exactly` is asked for.
void configure(SNES nonlinear, Mat matrix, bool exactly) {
  KSP linear = nullptr;
  PC preconditioner = nullptr;
  SNESLineSearch search = nullptr;
  check(SNESSetTolerances(nonlinear, 1e-50, 1e-10, 1e-11, 20, PETSC_DEFAULT));
  check(SNESGetLineSearch(nonlinear, &search));
  check(SNESLineSearchSetType(search, SNESLINESEARCHBASIC));   // the others give up where a residual is rounding already
  check(SNESGetKSP(nonlinear, &linear));
  check(KSPSetType(linear, KSPGMRES));
  check(KSPGMRESSetRestart(linear, 60));
  check(KSPSetTolerances(linear, 1e-10, 1e-300, PETSC_DEFAULT, 1200));
  check(KSPGetPC(linear, &preconditioner));
  int ranks = 1;
  MPI_Comm_size(PetscObjectComm(reinterpret_cast<PetscObject>(matrix)), &ranks);
  char const* const factor = ranks > 1 ? MATSOLVERMUMPS : MATSOLVERPETSC;
  PetscBool whole = PETSC_FALSE;
  check(MatGetFactorAvailable(matrix, factor, MAT_FACTOR_LU, &whole));
  if (!exactly || whole == PETSC_FALSE) return check(PCSetType(preconditioner, PCBJACOBI));   // with ILU(0)
  check(PCSetType(preconditioner, PCLU));
  check(PCFactorSetMatSolverType(preconditioner, factor));
}

}  // namespace

Stepper::Stepper(Lines& lines, Vec state, Vec scales, double t) : lines_(lines), matrix_(lines.make_matrix()) {
  register_tableau();
  check(TSCreate(lines.grid().comm(), stepper_.address()));
  check(TSSetOptionsPrefix(stepper_, "predict_"));
  check(TSSetType(stepper_, TSARKIMEX));
  check(TSARKIMEXSetType(stepper_, tableau));
  check(TSARKIMEXSetFullyImplicit(stepper_, PETSC_TRUE));
  check(TSSetEquationType(stepper_, TS_EQ_DAE_IMPLICIT_INDEX1));
  check(TSSetIFunction(stepper_, nullptr, residual, this));
  check(TSSetIJacobian(stepper_, matrix_, matrix_, jacobian, this));
  check(TSSetExactFinalTime(stepper_, TS_EXACTFINALTIME_STEPOVER));
  check(TSSetMaxSteps(stepper_, std::numeric_limits<PetscInt>::max() / 2));
  check(TSSetMaxTime(stepper_, std::numeric_limits<double>::max() / 2.0));
  check(TSSetErrorIfStepFails(stepper_, PETSC_FALSE));
  check(TSSetMaxSNESFailures(stepper_, 16));
  check(TSSetMaxStepRejections(stepper_, 16));
  check(TSSetTime(stepper_, t));
  check(TSSetSolution(stepper_, state));
  auto const tolerances = petsc::copy_of(scales);
  check(VecScale(tolerances, step_tolerance));
  check(TSSetTolerances(stepper_, step_tolerance, tolerances, 0.0, nullptr));
  TSAdapt adapt = nullptr;
  SNES nonlinear = nullptr;
  check(TSGetAdapt(stepper_, &adapt));
  check(TSAdaptSetType(adapt, TSADAPTBASIC));
  check(TSGetSNES(stepper_, &nonlinear));
  configure(nonlinear, matrix_, false);
  check(TSSetFromOptions(stepper_));
}

PetscErrorCode Stepper::residual(TS, PetscReal t, Vec u, Vec u_t, Vec out, void* self) {
  auto& stepper = *static_cast<Stepper*>(self);
  return solver::guarded(stepper.kept_, [&] { stepper.lines_.residual(t, u, u_t, out); });
}

PetscErrorCode Stepper::jacobian(TS, PetscReal t, Vec u, Vec u_t, PetscReal shift, Mat, Mat out, void* self) {
  auto& stepper = *static_cast<Stepper*>(self);
  return solver::guarded(stepper.kept_, [&] { stepper.lines_.jacobian(t, u, u_t, shift, out); });
}

double Stepper::time() const {
  PetscReal now = 0.0;
  check(TSGetTime(stepper_, &now));
  return now;
}

bool Stepper::step(double& length) {
  check(TSSetTimeStep(stepper_, length));
  auto const code = TSStep(stepper_);
  if (kept_) std::rethrow_exception(kept_);
  check(code);
  TSConvergedReason reason = TS_CONVERGED_ITERATING;
  check(TSGetConvergedReason(stepper_, &reason));
  PetscReal next = 0.0;
  check(TSGetTimeStep(stepper_, &next));
  length = next;
  if (reason >= 0) return true;
  why_ = reason == TS_DIVERGED_NONLINEAR_SOLVE ? "Newton's method does not converge, however short the step"
                                               : "no step is short enough for its error to be small";
  return false;
}

std::string solve_steady(Lines& lines, double t, Vec state) {
  struct Context {
    Lines& lines;
    double t;
    petsc::Vector rest;
    std::exception_ptr kept;
  } context{lines, t, petsc::like(state), nullptr};
  auto const matrix = lines.make_matrix();
  petsc::Handle<SNES, SNESDestroy> nonlinear;
  check(SNESCreate(lines.grid().comm(), nonlinear.address()));
  check(SNESSetOptionsPrefix(nonlinear, "predict_"));
  check(SNESSetFunction(nonlinear, nullptr, [](SNES, Vec u, Vec out, void* kept) -> PetscErrorCode {
    auto& c = *static_cast<Context*>(kept);
    return solver::guarded(c.kept, [&] { c.lines.residual(c.t, u, c.rest, out); });
  }, &context));
  check(SNESSetJacobian(nonlinear, matrix, matrix, [](SNES, Vec u, Mat, Mat out, void* kept) -> PetscErrorCode {
    auto& c = *static_cast<Context*>(kept);
    return solver::guarded(c.kept, [&] { c.lines.jacobian(c.t, u, c.rest, 0.0, out); });
  }, &context));
  configure(nonlinear, matrix, true);
  check(SNESSetFromOptions(nonlinear));
  auto const code = SNESSolve(nonlinear, nullptr, state);
  if (context.kept) std::rethrow_exception(context.kept);
  check(code);
  SNESConvergedReason reason = SNES_CONVERGED_ITERATING;
  check(SNESGetConvergedReason(nonlinear, &reason));
  if (reason > 0) return "";
  return fmt::format("Newton's method does not converge ({}): the equation may not determine the state from what is known at its ends",
                     SNESConvergedReasons[reason]);
}

}  // namespace mollis::predict
