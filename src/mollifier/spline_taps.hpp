#pragma once
/// Values of spline_filter's splines between the points of an axis.
#include <vector>

#include "grid/axis.hpp"

namespace mollis::mollifier {

/// The point i with x_i <= x < x_(i + 1); the last but one where x is the end of an open axis. x on the axis. Not collective.
Index cell_of(grid::Axis const& axis, double x);

/// u(x) = sum_k weights[k] g(points[k]): the degree + 1 B-splines that are not 0 at x. Points past the ends of a periodic axis are
/// unrolled, below 0 or past the last; past the ends of a reflecting one they are folded back with their sign. At a point of the
/// axis the row of order 0 of spline_filter, to rounding. x on the axis; on an open one, at least (degree - 1) / 2 points from its
/// ends. Degree 1: linear interpolation. `cell`: x_cell <= x <= x_(cell + 1). Cost O(degree^2); recursions of Cox and de Boor. Not
/// collective.
struct SplineTaps {
  std::vector<Index> points;
  std::vector<double> weights;
};
SplineTaps spline_taps(grid::Axis const& axis, int degree, Index cell, double x);

}  // namespace mollis::mollifier
