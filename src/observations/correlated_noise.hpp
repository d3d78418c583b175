#pragma once
/// Noise that neighbours share: white noise blurred by a Gaussian of deviation b points along every axis of space, as optics,
/// interpolation and smoothing before storage leave it. Its correlation at a lag of k points is rho(k) = exp(-k^2 / (4 b^2)) along each
/// axis, its spectrum sigma^2 sum_k rho(k) e^{ik.} over the axes: at waves longer than the blur that of white noise of variance
///   sigma^2 c,   c = prod over the axes of space of sum_k rho(k)   (2 sqrt(pi) b an axis, for b > 0.5),
/// as if of c data one told something. Shorter waves have less noise than that.
#include <cmath>

#include "grid/grid.hpp"

namespace mollis::observations {

/// c, a number of data; 1 where there is no blur. grid: of the data; blur: b, in points. Not collective, the same on all ranks.
inline double shared_by(grid::Grid const& grid, double blur) {
  double product = 1.0;
  if (!(blur > 0.0)) return product;
  for (auto const& axis : grid.axes()) {
    if (axis.name == "t") continue;
    double sum = 1.0;
    for (Index k = 1; k < axis.size(); ++k) sum += 2.0 * std::exp(-static_cast<double>(k * k) / (4.0 * blur * blur));
    product *= sum;
  }
  return product;
}

}  // namespace mollis::observations
