#pragma once
/// What a user watches: lines on rank 0, flushed, one an iteration with the time left, and their machine-readable copy.
#include <mpi.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace mollis::run {

/// One step of an iteration. NaN entries are left out.
struct Step {
  std::string phase;            ///< "weight", "fit", "newton", ...
  int iteration = 0;
  int of_at_most = 0;           ///< upper bound of the iterations, for the time left; less than `iteration`: unknown
  double objective = NAN, gradient = NAN, misfit = NAN, smoothness = NAN, change = NAN;
  double weight = NAN;          ///< smoothness weight, of the first parameter
  int krylov = 0;
};

/// Takes the lines on rank 0 in place of standard output. May throw, which ends the run.
using Listener = std::function<void(std::string const&)>;

class Progress {
 public:
  explicit Progress(MPI_Comm comm, Listener listener = {});
  /// Prints a line of plain text on rank 0, or hands it to the listener.
  void say(std::string const& text) const;
  /// Prints a line on rank 0's standard error.
  void complain(std::string const& text) const;
  /// Prints and records a step.
  void step(Step const& step);
  /// All steps so far: "phase,iteration,objective,gradient,misfit,smoothness,change,weight,krylov,seconds".
  std::string history() const;
  /// What a run that goes on from this one needs; seconds go on counting.
  struct Saved {
    std::string history;
    double elapsed = 0.0;
    int krylov = 0;
  };
  Saved saved() const;
  void go_on_from(Saved const& saved);
  int krylov() const { return krylov_; }
  void count_krylov(int iterations) { krylov_ += iterations; }

 private:
  Listener listener_;
  bool loud_;
  double start_;
  int lines_ = 0;
  int krylov_ = 0;
  std::string phase_;
  int before_ = 0, last_ = 0;    ///< the iteration before the first of the phase, the last one
  double phase_start_ = 0.0;     ///< when `before_` had ended
  double said_;                  ///< when the last step had ended
  std::string history_;
};

}  // namespace mollis::run
