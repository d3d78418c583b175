#pragma once
/// PETSc's solvers for the phase field: time steps and Newton's method.
#include <petscts.h>

#include <exception>

#include "forward/phase_field_model.hpp"

namespace mollis::forward {

using TimeStepper = petsc::Handle<TS, TSDestroy>;
using NonlinearSolver = petsc::Handle<SNES, SNESDestroy>;

/// The model as PETSc's callbacks see it, and what they could not throw through PETSc.
struct PhaseFieldContext {
  PhaseFieldModel model;
  std::exception_ptr error;
};

/// Checks a call of PETSc that calls the model: throws the model's own error where there was one.
void check_calls(PhaseFieldContext const& context, PetscErrorCode code);

/// Rosenbrock steps (third order, stiffly accurate) with an error of at most `tolerance` each. Options are not read
/// yet. Keeps a reference to the context, as does the next. Collective.
TimeStepper make_stepper(PhaseFieldContext& context, double tolerance);

/// Newton's method with line search until dphi/dt is `tolerance`, root mean square. Collective.
NonlinearSolver make_newton(PhaseFieldContext& context, double tolerance);

}  // namespace mollis::forward
