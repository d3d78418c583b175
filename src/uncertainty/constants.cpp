// What is asked of the covariance of the constants.
#include <algorithm>
#include <cmath>

#include "uncertainty/uncertainty.hpp"

namespace mollis::uncertainty {

double Constants::deviation(std::size_t i) const { return std::sqrt(std::max(at(i, i), 0.0)); }

double Constants::deviation_of(std::size_t unknown) const {
  auto const at = std::find(unknowns.begin(), unknowns.end(), unknown);
  return at == unknowns.end() ? 0.0 : deviation(static_cast<std::size_t>(at - unknowns.begin()));
}

double Constants::correlation(std::size_t i, std::size_t j) const {
  double const product = deviation(i) * deviation(j);
  if (!std::isfinite(product)) return NAN;
  return product > 0.0 ? at(i, j) / product : (i == j ? 1.0 : 0.0);
}

}  // namespace mollis::uncertainty
