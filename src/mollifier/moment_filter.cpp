#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "mollifier/assemble.hpp"
#include "mollifier/local_fit.hpp"

namespace mollis::mollifier {
namespace {

void check(grid::Axis const& axis, Radii const& radii, int degree) {
  for (auto const& [order, radius] : radii) {
    if (order == 0 && radius == 0) continue;
    std::string const where = "axis " + axis.name + ": ";
    if (order > degree)
      throw std::invalid_argument(where + "a derivative of order " + std::to_string(order) +
                                  " needs a local polynomial of degree at least " + std::to_string(order) + ", not " +
                                  std::to_string(degree));
    if (2 * radius + 1 < degree + 1)
      throw std::invalid_argument(where + "radius " + std::to_string(radius) + " is too small for degree " +
                                  std::to_string(degree) + "; use a radius of at least " +
                                  std::to_string((degree + 1) / 2));
  }
}

/// Weights of the fit at one row: eta(s), s = distance / (greatest distance (1 + 1 / m)), m the greatest distance in
/// points; that is j / (radius + 1) on equally spaced points far from the ends.
std::vector<double> fit_row(grid::Axis const& axis, Ends ends, Kernel const& kernel, Index row, int order, Index radius,
                            int degree) {
  if (radius == 0) return {1.0};
  grid::Range const taps = window(axis, ends, row, radius);
  double const reach = static_cast<double>(std::max(row - taps.lower, taps.upper - 1 - row));
  std::vector<double> offsets, importance;
  double farthest = 0.0;
  for (Index v = taps.lower; v < taps.upper; ++v) {
    offsets.push_back(offset(axis, ends, row, v));
    farthest = std::max(farthest, std::abs(offsets.back()));
  }
  double const support = farthest * (reach + 1.0) / reach;
  for (double d : offsets) importance.push_back(kernel(d / support));
  return local_fit(offsets, importance, degree, order);
}

}  // namespace

LineFilter moment_filter(grid::Axis const& axis, Kernel const& kernel, Radii const& radii, int degree) {
  check(axis, radii, degree);
  Ends const ends = ends_of(axis);
  return assemble(axis, ends, radii, {0, axis.size()}, [&](Index row, int order, Index radius) {
    return fit_row(axis, ends, kernel, row, order, radius, degree);
  });
}

}  // namespace mollis::mollifier
