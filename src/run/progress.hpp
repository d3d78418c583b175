#pragma once
/// What a user watches: lines on rank 0, flushed, with the time left; and their machine-readable copy, a line an iteration. Ranks call it alike, none waits.
/// Standard output shows of each phase the first three steps of the run, one step each ten seconds, and the last before something else
/// is said; a listener is given all of them.
#include <mpi.h>

#include <cmath>
#include <functional>
#include <map>
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

/// Takes the lines on rank 0, every step's, in place of standard output. May throw, which ends the run.
using Listener = std::function<void(std::string const&)>;

class Progress {
 public:
  /// `patience`: seconds after which a step is shown whatever was shown before.
  explicit Progress(MPI_Comm comm, Listener listener = {}, double patience = 10.0);
  ~Progress();
  Progress(Progress const&) = delete;
  Progress& operator=(Progress const&) = delete;
  /// Prints a line of plain text on rank 0, or hands it to the listener.
  void say(std::string const& text) const;
  /// Prints a line on rank 0's standard error.
  void complain(std::string const& text) const;
  /// Records a step and prints it, at once or where it turns out to be the last one.
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
  void go_on_from(Saved const& saved);       ///< before the first step
  int krylov() const { return krylov_; }     ///< iterations of the linear solves that were counted
  void count_krylov(int iterations) { krylov_ += iterations; }

 private:
  void put(std::string const& text) const;
  void show_last() const;

  Listener listener_;
  double patience_;
  bool loud_;
  double start_;
  mutable int lines_ = 0;        ///< of steps, shown so far
  int krylov_ = 0;
  std::string phase_;
  int before_ = 0, last_ = 0;    ///< the iteration before the first of the phase, the last one
  double phase_start_ = 0.0;     ///< when `before_` had ended
  double said_;                  ///< when the last step had ended
  std::map<std::string, int> shown_;  ///< steps of each phase that were shown
  double shown_at_ = -INFINITY;       ///< when the last one was
  mutable std::string waiting_;       ///< the last step, where it was not shown
  std::string history_;
};

}  // namespace mollis::run
