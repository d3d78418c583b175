#pragma once
/// What the Cholesky factor of a matrix costs whose unknowns stand on a lattice, in the order of nested dissection (A. George, SIAM J.
/// Numer. Anal. 10, 1973), as a multifrontal method makes it: by sizes alone.
#include <vector>

namespace mollis::estimators {

/// `fields` unknowns at each point, each coupled with all within `reach` along every axis (0: with those at its own place alone), and
/// `profiles` more that are coupled with all.
struct Dissection {
  std::vector<double> points, reach;
  std::vector<bool> wraps;  ///< axes that are periodic
  double fields = 1.0, profiles = 0.0;
};

struct FactorCost {
  double bytes = 0.0;       ///< of the factor: a rectangle of pivots by front each
  double stack = 0.0;       ///< bytes of fronts and what they pass on, at the peak, beyond the part of the factor that then exists
  double operations = 0.0;  ///< floating-point: p^3 / 3 + p^2 r + p r^2 for p pivots of a front of p + r
};

/// Separators as thick as rows reach, halved until a box is no longer than two of them. Not collective.
FactorCost factor_cost(Dissection const& lattice);

}  // namespace mollis::estimators
