#pragma once
/// Steps in time of mass u_t + A u = load.
#include <petscts.h>

#include "forward/evolve.hpp"

namespace mollis::forward {

using TimeStepper = petsc::Handle<TS, TSDestroy>;

/// The semi-discrete problem at the time last asked for, for the callbacks of TS.
struct SemiDiscrete {
  Level const& level;
  Evolution const& evolution;
  petsc::Matrix matrix;
  petsc::Vector mass, load;
  double operator_time, load_time;  ///< for which they were made
  double shift = -1.0;              ///< of the matrix of the step that was last assembled, and its time
  double shift_time = 0.0;

  /// At time t. Collective.
  SemiDiscrete(Level const& level, Evolution const& evolution, double t);
  void move_to(double t);  ///< Collective.
};

/// A stepper of `state`, u - boundary on walls, that starts at time t; `discrete` must outlive it. Collective.
TimeStepper make_stepper(SemiDiscrete& discrete, Vec state, double t, double tolerance);

}  // namespace mollis::forward
