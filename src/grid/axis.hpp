#pragma once
/// One coordinate axis of the grid. Coordinates of the whole axis are held on every rank (they are 1D and small).
#include <string>
#include <vector>

#include "kernels/field.hpp"

namespace mollis::grid {

enum class Reflection { none, even, odd };  ///< known symmetry of the states at both ends of an open axis

/// A half-open range of indices along an axis; on periodic axes it may reach below 0 or past the end.
struct Range {
  Index lower = 0, upper = 0;
  Index size() const { return upper - lower; }
  bool contains(Index i) const { return i >= lower && i < upper; }
  bool operator==(Range const& o) const { return lower == o.lower && upper == o.upper; }
};

struct Axis {
  std::string name;                 ///< "t", "z", "y" or "x"
  std::vector<double> coordinates;  ///< strictly increasing, size() of them
  bool periodic = false;
  double period = 0.0;              ///< 0 on open axes
  Reflection reflection = Reflection::none;
  bool uniform = true;              ///< equal spacing to 1e-9 of it or to rounding: one filter row for the interior

  Index size() const { return static_cast<Index>(coordinates.size()); }
  double extent() const { return periodic ? period : coordinates.back() - coordinates.front(); }
  /// Mean spacing; 0 on an open axis of one point.
  double spacing() const {
    Index const gaps = periodic ? size() : size() - 1;
    return gaps > 0 ? extent() / static_cast<double>(gaps) : 0.0;
  }
  /// Coordinate of index i, also outside [0, size()) on periodic axes (unrolled: x_i + k period). Throws
  /// std::out_of_range outside an open axis.
  double at(Index i) const;
};

/// Equally spaced axis: points from lower to upper, both included; on a periodic axis upper = lower + period is no
/// point. Throws std::invalid_argument unless points >= 1 and upper > lower (a single open point lies at lower).
Axis uniform_axis(std::string name, Index points, double lower, double upper, bool periodic);

/// Axis from given coordinates; period > 0 makes it periodic. Throws std::invalid_argument unless strictly increasing
/// (and, if periodic, spanning less than the period).
Axis axis_from_coordinates(std::string name, std::vector<double> coordinates, double period);

}  // namespace mollis::grid
