#pragma once
/// One row of a moment-corrected filter, also where some points of its window are missing: internal to the room.
#include <functional>
#include <vector>

#include "mollifier/assemble.hpp"

namespace mollis::mollifier {

/// A moment filter along an axis: what moment_filter() is made from.
struct MomentFit {
  Kernel kernel;
  int degree = 4;
};

/// Weights on the points of window(axis, ends, row, radius), virtual ones past the ends included. Fit of degree
/// min(degree, points - 1) with weights eta(s), s = distance / (greatest distance of the window (1 + 1 / m)), m that
/// distance in points; that is j / (radius + 1) on equally spaced points far from the ends. Points that do not exist
/// weigh 0. Empty where the fit is undefined: fewer than order + 1 points exist, or the row's own point does not and
/// those that do lie on one side of it alone (nothing is extrapolated into a gap).
std::vector<double> moment_row(grid::Axis const& axis, Ends ends, MomentFit const& fit, Index row, int order,
                               Index radius, std::function<bool(Index)> const& exists);

}  // namespace mollis::mollifier
