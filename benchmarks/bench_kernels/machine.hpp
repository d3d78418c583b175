#pragma once
/// What one core of this machine can do, measured in the run that is compared with it.
namespace mollis::bench {

struct Machine {
  double operations;   ///< multiply-adds of doubles in registers [1/s]
  double bandwidth;    ///< a += s b on arrays far larger than caches: two read and one written, 24 bytes a point [byte/s]
};

/// The best of a few rounds of each, by processor time. Not collective.
Machine measure_machine();

/// Seconds of processor time of this thread: other jobs on the machine count less than in wall time.
double seconds();

}  // namespace mollis::bench
