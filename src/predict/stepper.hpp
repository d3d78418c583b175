#pragma once
/// One frame's unknowns through time: SDIRK of order 4 (L-stable, stiffly accurate, a Newton solve a stage) with steps of their own length.
#include <petscts.h>

#include <exception>
#include <string>

#include "predict/lines.hpp"

namespace mollis::predict {

/// The error of a step that is allowed, in standard deviations of the states.
constexpr double step_tolerance = 1e-6;

/// Refers to `lines`. PETSc options take the prefix "predict_". Not to be moved: PETSc holds its address.
class Stepper {
 public:
  /// scales: the error that is allowed of each unknown in units of step_tolerance; `state`: the unknowns, changed by steps. Collective.
  Stepper(Lines& lines, Vec state, Vec scales, double t);
  Stepper(Stepper const&) = delete;
  Stepper& operator=(Stepper const&) = delete;

  /// One step of at most `length`, which becomes the length that the next one may have. False where none is possible: see why().
  /// Collective.
  bool step(double& length);
  double time() const;
  std::string const& why() const { return why_; }

 private:
  static PetscErrorCode residual(TS, PetscReal t, Vec u, Vec u_t, Vec out, void* self);
  static PetscErrorCode jacobian(TS, PetscReal t, Vec u, Vec u_t, PetscReal shift, Mat, Mat out, void* self);

  Lines& lines_;
  petsc::Matrix matrix_;
  petsc::Handle<TS, TSDestroy> stepper_;
  std::exception_ptr kept_;
  std::string why_;
};

/// F(t, u, 0) = 0 by Newton's method, from `state`. Empty, or why there is no solution. Collective.
std::string solve_steady(Lines& lines, double t, Vec state);

}  // namespace mollis::predict
