#pragma once
/// What chance alone brings at a few places.
#include <cmath>

namespace mollis::verdict {

/// The least share k / n of n = `places` that are passed with `probability` each, independently, such that more than k of them are in no more than one field
/// of twenty. 0 where there are no places. Not collective.
inline double share_by_chance(double places, double probability) {
  constexpr double alarms = 0.05;
  double const n = std::round(places);
  if (!(n >= 1.0)) return 0.0;
  double at = std::exp(n * std::log1p(-probability)), within = at;   // P(k), P(at most k)
  double k = 0.0;
  for (; 1.0 - within > alarms && k < n; within += at) {
    at *= (n - k) / (k + 1.0) * probability / (1.0 - probability);
    k += 1.0;
  }
  return k / n;
}

}  // namespace mollis::verdict
