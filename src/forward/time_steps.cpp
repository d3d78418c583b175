#include "forward/time_steps.hpp"

#include <limits>

namespace mollis::forward {
namespace {

using petsc::check;

SemiDiscrete& discrete_of(void* context) { return *static_cast<SemiDiscrete*>(context); }

/// mass u_t + A u - load
PetscErrorCode residual(TS, PetscReal t, Vec u, Vec u_t, Vec out, void* context) {
  auto& discrete = discrete_of(context);
  discrete.move_to(t);
  check(VecPointwiseMult(out, discrete.mass, u_t));
  check(MatMultAdd(discrete.matrix, u, out, out));
  check(VecAXPY(out, -1.0, discrete.load));
  return 0;
}

/// shift mass + A
PetscErrorCode jacobian(TS, PetscReal t, Vec, Vec, PetscReal shift, Mat, Mat out, void* context) {
  auto& discrete = discrete_of(context);
  bool const same_time = discrete.evolution.steady_operator || t == discrete.shift_time;
  if (shift == discrete.shift && same_time) return 0;
  discrete.move_to(t);
  check(MatCopy(discrete.matrix, out, SAME_NONZERO_PATTERN));
  auto const diagonal = petsc::like(discrete.mass);
  check(VecCopy(discrete.mass, diagonal));
  check(VecScale(diagonal, shift));
  check(MatDiagonalSet(out, diagonal, ADD_VALUES));
  discrete.shift = shift;
  discrete.shift_time = t;
  return 0;
}

void configure(KSP solver, bool flows, double tolerance) {
  PC jacobi = nullptr;
  check(KSPSetType(solver, flows ? KSPGMRES : KSPCG));
  check(KSPSetTolerances(solver, tolerance, 1e-300, PETSC_DEFAULT, 2000));
  check(KSPGetPC(solver, &jacobi));
  check(PCSetType(jacobi, PCJACOBI));
}

}  // namespace

SemiDiscrete::SemiDiscrete(Level const& level_, Evolution const& evolution_, double t)
    : level(level_),
      evolution(evolution_),
      operator_time(std::numeric_limits<double>::quiet_NaN()),
      load_time(operator_time) {
  move_to(t);
}

void SemiDiscrete::move_to(double t) {
  bool const first = !matrix;
  bool const new_operator = first || (!evolution.steady_operator && t != operator_time);
  bool const new_load = new_operator || (!evolution.steady_load && t != load_time);
  if (!new_load) return;
  auto const problem = evolution.at(t);
  load = make_load(level, problem);
  load_time = t;
  if (!new_operator) return;
  matrix = make_operator(level, problem);
  mass = make_mass(level, problem);
  operator_time = t;
}

TimeStepper make_stepper(SemiDiscrete& discrete, Vec state, double t, double tolerance) {
  TimeStepper stepper;
  check(TSCreate(PetscObjectComm(reinterpret_cast<PetscObject>(state)), stepper.address()));
  check(TSSetOptionsPrefix(stepper, "forward_"));
  check(TSSetProblemType(stepper, TS_LINEAR));
  check(TSSetType(stepper, TSBDF));
  check(TSBDFSetOrder(stepper, 2));
  check(TSSetIFunction(stepper, nullptr, residual, &discrete));
  petsc::Matrix matrix;
  check(MatDuplicate(discrete.matrix, MAT_COPY_VALUES, matrix.address()));
  check(TSSetIJacobian(stepper, matrix, matrix, jacobian, &discrete));
  check(TSSetExactFinalTime(stepper, TS_EXACTFINALTIME_STEPOVER));
  check(TSSetMaxSteps(stepper, std::numeric_limits<PetscInt>::max() / 2));
  check(TSSetMaxTime(stepper, std::numeric_limits<double>::max() / 2.0));
  check(TSSetErrorIfStepFails(stepper, PETSC_FALSE));
  check(TSSetTime(stepper, t));
  check(TSSetSolution(stepper, state));
  TSAdapt adapt = nullptr;
  check(TSGetAdapt(stepper, &adapt));
  check(TSAdaptSetType(adapt, TSADAPTNONE));
  SNES nonlinear = nullptr;
  KSP linear = nullptr;
  check(TSGetSNES(stepper, &nonlinear));
  check(SNESSetType(nonlinear, SNESKSPONLY));
  check(SNESGetKSP(nonlinear, &linear));
  configure(linear, discrete.evolution.at(t).flows(), tolerance);
  check(TSSetFromOptions(stepper));
  return stepper;
}

}  // namespace mollis::forward
