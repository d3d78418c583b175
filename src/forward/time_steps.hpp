#pragma once
/// Steps in time of mass u_t + A u = load.
#include <petscts.h>

#include "forward/evolve.hpp"
#include "run/ticker.hpp"

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

/// Takes `count` steps of equal length to time `end`, told to `tick` as some of `total`. run::Error (not_converged) where one fails.
/// Collective.
void advance(TS stepper, double end, int count, run::Ticker& tick, double total);

}  // namespace mollis::forward
