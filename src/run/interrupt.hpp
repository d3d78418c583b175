#pragma once
/// What asks a run to stop where it can go on later: signals, its time, a stop file. All ranks learn of it together.
#include <mpi.h>

#include <cmath>
#include <string>

namespace mollis::run {

/// While it lives SIGUSR1, SIGTERM and SIGINT do not end the process (a second SIGINT does); one at a time.
class Interrupt {
 public:
  /// stop_file: asks to stop once it is there, and goes then; may be empty. until: seconds of MPI_Wtime at which the run has to
  /// have ended; infinite where there is no limit. Replaces the handlers that PETSc has set. Not collective.
  Interrupt(MPI_Comm comm, std::string stop_file, double until);
  /// Puts the handlers back; a SIGINT that nobody has asked for since goes to the one that it replaced.
  ~Interrupt();
  Interrupt(Interrupt const&) = delete;
  Interrupt& operator=(Interrupt const&) = delete;

  struct Asked {
    std::string by;     ///< "SIGUSR1", "the time limit", "the stop file PATH"; empty: nothing
    bool due = false;   ///< on rank 0, `due` was true
  };
  /// What has come in since, on any rank. `margin`: seconds before the limit that stopping takes; `due`: of rank 0, told to all.
  /// Collective.
  Asked ask(double margin, bool due);
  /// Removes the stop file where it has asked. By all ranks, not collective.
  void acknowledge();

 private:
  MPI_Comm comm_;
  int rank_ = 0;
  std::string stop_file_;
  double until_, looked_ = -HUGE_VAL;   ///< when the stop file was looked for
};

/// "[[HH:]MM:]SS" in seconds, as of --max-walltime; negative where it is none.
double seconds_of(std::string const& text);

}  // namespace mollis::run
