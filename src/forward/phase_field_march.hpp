#pragma once
/// The phase field through time, from frame to frame or until it is at rest; a run may stop before any step and be
/// taken up again.
#include "checkpoint/keeper.hpp"
#include "forward/even_cut.hpp"
#include "forward/phase_field_solvers.hpp"
#include "run/ticker.hpp"

namespace mollis::forward {

class PhaseFieldMarch {
 public:
  /// Steps of `phi` from time `begin`, the last to end at `end` or before it. Refers to all of them. Goes on from what
  /// `keeper` has of a run before. Collective.
  PhaseFieldMarch(PhaseFieldContext& context, Vec phi, TS stepper, double begin, double end,
                  checkpoint::Keeper& keeper);
  PhaseFieldMarch(PhaseFieldMarch const&) = delete;
  PhaseFieldMarch& operator=(PhaseFieldMarch const&) = delete;

  /// Frames that are done.
  Index frame() const { return frame_; }
  /// The next one is done. Collective.
  void end_frame();
  /// Steps of at most `most` to exactly time t. run::Error: not_converged where one fails, stopped_early. Collective.
  void reach(double t, double most);
  /// Steps until dphi/dt is `slope`, root mean square, or time `latest` has come. Errors likewise. Collective.
  void settle(double latest, double slope);

  double time() const;
  int steps() const;   ///< in all
  int krylov() const;  ///< iterations, in all

 private:
  static PetscErrorCode tell(TS, PetscInt, PetscReal t, Vec, void* self);
  void go_on(checkpoint::Quantities const& kept);
  void keep();
  void step();

  PhaseFieldContext& context_;
  checkpoint::Keeper& keeper_;
  Vec phi_;
  TS stepper_;
  EvenCut cut_;
  run::Ticker tick_;
  double begin_, end_;
  Index frame_ = 0;
  int steps_before_ = 0, krylov_before_ = 0;  ///< of runs before
  double size_ = 0.0;        ///< of the last step before this leg, which may have to be cut short before a frame
  bool on_the_way_ = false;  ///< steps of this leg were taken
  bool settled_ = false;
};

/// Root mean square of a vector over the points of a series. Collective.
double rms(Series const& series, Vec vector);

}  // namespace mollis::forward
