#pragma once
/// A run of equal time steps from frame to frame, which may stop before any of them and be taken up again.
#include "checkpoint/keeper.hpp"
#include "forward/time_steps.hpp"
#include "run/ticker.hpp"

namespace mollis::forward {

/// Two-step methods need the state before the last: both are kept, before every eighth step and at frames. A run that
/// goes on takes one step from the earlier to the later one, by which the stepper learns of its past, and puts the
/// later state in the place of what came out.
class March {
 public:
  /// Steps of `state` from time t, told to `tick` as some of `total`. Refers to all of them. Goes on from what `keeper`
  /// has of a run before. run::Error (not_converged) where the step that recalls the past fails. Collective.
  March(SemiDiscrete& discrete, Vec state, double t, double tolerance, double total, checkpoint::Keeper& keeper);

  /// Frames that are done.
  Index frame() const { return frame_; }
  /// The next one is done, from whose head a run may go on. Not collective.
  void end_frame();
  /// Takes `count` steps of equal length to time `end`, less those that the run before took. run::Error: not_converged
  /// where one fails, stopped_early. Collective.
  void advance(double end, int count);

  int steps() const;       ///< in all
  int iterations() const;  ///< of the linear solver, in all

 private:
  void go_on(checkpoint::Quantities const& kept);
  void begin_leg(double end, int count);
  void keep();
  void step(bool kept_after);
  void check_step() const;

  checkpoint::Keeper& keeper_;
  Vec state_;
  petsc::Vector before_;
  grid::Grid lattice_;
  TimeStepper stepper_;
  run::Ticker tick_;
  double total_;
  Index frame_ = 0;
  int step_ = 0;                                  ///< of the leg to that frame
  int steps_before_ = 0, iterations_before_ = 0;  ///< in all, less what the stepper counts
  double t_before_, length_ = 0.0;                ///< time of `before_`; of the steps of this leg
};

}  // namespace mollis::forward
