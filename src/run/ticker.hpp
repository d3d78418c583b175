#pragma once
/// Lines from loops that say nothing else: where nothing was said for ten seconds, how far the work is.
#include <mpi.h>

#include <string>

namespace mollis::run {

/// "59s", "2m05s", "3h20m"; what is negative or not finite is 0.
std::string duration(double seconds);

class Ticker {
 public:
  /// Rank 0 of `comm` speaks, at most once in `quiet` seconds. Not collective.
  Ticker(MPI_Comm comm, std::string work, double quiet = 10.0);
  /// `done` of at most `total` are done; work that begins again counts from there. Prints "WORK: DONE of at most TOTAL, LEFT left
  /// at this pace". Not collective.
  void at(double done, double total);
  /// One more of `total` is done.
  void next(double total) { at(done_ + 1.0, total); }

 private:
  bool loud_;
  std::string work_;
  double quiet_;
  double begin_, said_;        ///< when the work began, and when a line was printed [s]
  double first_ = 0.0, done_ = 0.0;
};

}  // namespace mollis::run
