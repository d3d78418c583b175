#pragma once
/// Directions among constants, from the best determined to the worst.
#include <cstddef>
#include <vector>

namespace mollis::uncertainty {

/// One unit of a direction: what it is worth, and its entries, in the constants' own units, the largest at +-1.
struct Direction {
  double worth = 0.0;
  std::vector<double> entries;
};

/// Eigenvectors of S A S, S a diagonal that makes the constants' units equal, as directions S v; worth is their eigenvalue. A is
/// row-major. Not collective.
std::vector<Direction> directions_of(std::vector<double> const& a, std::vector<double> const& scale);

/// 1 / sqrt of the diagonal: the scale in which a Hessian has ones there. 0 where the diagonal is not positive.
std::vector<double> unit_scale(std::vector<double> const& hessian, std::size_t size);

/// x^T A^-1 x of a covariance A (row-major), without what its rounding hides. Not collective.
double inverse_square(std::vector<double> const& a, std::vector<double> const& x);

}  // namespace mollis::uncertainty
