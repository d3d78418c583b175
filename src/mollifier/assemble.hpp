#pragma once
/// From stencils of single rows to a LineFilter: windows, virtual points past the ends, folding. Internal to the room.
#include <functional>
#include <vector>

#include "mollifier/line_filter.hpp"

namespace mollis::mollifier {

/// What stands past the ends of an axis.
enum class Ends { open, wrapped, even, odd };

/// Ends as the axis itself states them.
Ends ends_of(grid::Axis const& axis);

/// The 2 radius + 1 points nearest to `row`: virtual indices from .lower; inside [0, n) where the ends are open.
grid::Range window(grid::Axis const& axis, Ends ends, Index row, Index radius);

/// x_v - x_row for virtual v: past the ends by the period, or mirrored at the end point.
double offset(grid::Axis const& axis, Ends ends, Index row, Index v);

/// Where the virtual point v takes its value from, and with what sign (0: an odd function's end point, which vanishes).
struct Tap {
  Index point;
  double sign;
};
Tap folded(Ends ends, Index points, Index v);

/// Adds weights on the virtual points `taps` to the row out[0 .. width), virtual points folded back.
void put_row(LineFilter const& filter, Ends ends, Index row, grid::Range taps, std::vector<double> const& weights,
             double* out);

/// Weights of one row and order on the points of its window().
using Stencil = std::function<std::vector<double>(Index row, int order, Index radius)>;

/// All rows of all orders; weights of virtual points fold back onto the points that they mirror. A mirror point itself
/// has weight 0 under odd ends, as a function odd about it vanishes there. Only rows in `valid` are made.
LineFilter assemble(grid::Axis const& axis, Ends ends, Radii const& radii, grid::Range valid, Stencil const& stencil);

/// The largest radius; throws std::invalid_argument when it does not fit the axis or orders repeat.
Index checked_radius(grid::Axis const& axis, Radii const& radii);

}  // namespace mollis::mollifier
