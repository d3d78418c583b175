#pragma once
/// Whether a curve over a state bends more than its coefficients let it. A cubic spline of n coefficients on uniform knots is one of m = 2 n - 3
/// with the intervals halved, c' = E c (Lane and Riesenfeld 1980); with the rows of L what no E c has, L E = 0, a fit of m tests that of n:
///   T = (L c')^T (L C' L^T)^-1 L c',   chi^2 of m - n degrees of freedom if n are enough (Wald 1943),
/// C' the covariance of c'; of n draws only, T (n - d + 1)/(n d) is F of d and n - d + 1 (Hotelling 1931).
#include <vector>

namespace mollis::uncertainty {

/// E, [fine][coarse], row-major. Not collective.
std::vector<double> halving(int coarse);

/// By how many standard deviations of a normal variable T is improbable (Wilson and Hilferty 1931; Paulson 1942); 0 where it is not. Coefficients
/// without a finite variance are left out. `covariance`: row-major; `draws`: which it was told from, 0 where it is exact. Not collective.
double bends(std::vector<double> const& fine, std::vector<double> const& covariance, int draws);

}  // namespace mollis::uncertainty
