#pragma once
/// Bytes of the Cholesky factor of a matrix whose unknowns stand on a lattice, in the order of nested dissection (A. George, SIAM J.
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

struct FactorBytes {
  double factor = 0.0;  ///< a rectangle of pivots by front each
  double stack = 0.0;   ///< fronts and what they pass on, at the peak, beyond the part of the factor that then exists
};

/// Separators as thick as rows reach, halved until a box is no longer than two of them. Not collective.
FactorBytes factor_bytes(Dissection const& lattice);

}  // namespace mollis::estimators
