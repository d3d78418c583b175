#pragma once
/// What a deviation of a datum by r standard deviations costs, and the weight by which least squares have the same
/// slope, cost' = 2 w r.
///   gaussian: r^2, weight 1.
///   robust: noise is normal or, equally likely at r = 4, flat as an outlier's (a contaminated normal, Tukey 1960). The
///   weight is the
///     probability of the former, p = 1 / (1 + exp((r^2 - 16) / 2)), less a thousandth: w = max(p - t, 0) / (1 - t), so
///     that what is far off does not count at all, and no datum leaves or enters by a jump.
#include <algorithm>
#include <cmath>

#include "observations/settings.hpp"

namespace mollis::observations {

namespace robust {
constexpr double even = 4.0;    ///< deviation at which a datum is as likely an outlier as not
constexpr double least = 1e-3;  ///< probability that counts as none
/// Where that is reached.
inline double end() { return std::sqrt(even * even + 2.0 * std::log(1.0 / least - 1.0)); }
}  // namespace robust
/// w of a deviation by r standard deviations, 0 to 1. Not collective.
inline double weight_of(Loss loss, double r) {
  if (loss == Loss::gaussian) return 1.0;
  if (std::abs(r) >= robust::end()) return 0.0;
  double const p = 1.0 / (1.0 + std::exp(0.5 * (r * r - robust::even * robust::even)));
  return std::max(p - robust::least, 0.0) / (1.0 - robust::least);
}
/// The cost, in squares of standard deviations, 0 at r = 0; of a robust loss constant from robust::end() on. Not collective.
inline double cost_of(Loss loss, double r) {
  if (loss == Loss::gaussian) return r * r;
  double const square = std::pow(std::min(std::abs(r), robust::end()), 2),
               flat = std::exp(-0.5 * robust::even * robust::even);
  double const cost = -2.0 * std::log((std::exp(-0.5 * square) + flat) / (1.0 + flat));
  return (cost - robust::least * square) / (1.0 - robust::least);
}

}  // namespace mollis::observations
