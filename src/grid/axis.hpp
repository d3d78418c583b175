#pragma once
/// One coordinate axis of the grid, the same on every rank. Coordinates that were given are held; equally spaced ones are made
/// where they are asked for, so that an axis costs nothing however long it is.
#include <string>
#include <vector>

#include "kernels/index.hpp"

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
  bool periodic = false;
  double period = 0.0;              ///< 0 on open axes
  Reflection reflection = Reflection::none;
  bool falls = false;               ///< files have it from the largest coordinate to the least: point i is the i-th from their end
  bool uniform = true;              ///< equal spacing to 1e-9 of it or to rounding, that of their file too: one filter row for the interior
  double off = 0.0;                 ///< how far coordinates that a file rounded stand off the even lattice at most, of the spacing
  std::vector<double> given;        ///< coordinates that were given, strictly increasing; empty where `line` makes them

  /// Equally spaced coordinates: lower + (first + i) (upper - lower) / gaps, exact at both ends of the axis as it was made.
  struct Line {
    double lower = 0.0, upper = 1.0;
    Index gaps = 1, first = 0, points = 0;
  } line;

  Index size() const { return given.empty() ? line.points : static_cast<Index>(given.size()); }
  double front() const { return coordinate(0); }
  double back() const { return coordinate(size() - 1); }
  double extent() const { return periodic ? period : back() - front(); }
  /// Mean spacing; 0 on an open axis of one point.
  double spacing() const {
    Index const gaps = periodic ? size() : size() - 1;
    return gaps > 0 ? extent() / static_cast<double>(gaps) : 0.0;
  }
  /// Coordinate of index i in [0, size()), unchecked.
  double coordinate(Index i) const {
    if (!given.empty()) return given[static_cast<std::size_t>(i)];
    Index const step = line.first + i;
    if (step == line.gaps) return line.upper;
    return line.lower + static_cast<double>(step) / static_cast<double>(line.gaps) * (line.upper - line.lower);
  }
  /// Coordinate of index i, also outside [0, size()) on periodic axes (unrolled: x_i + k period). Throws
  /// std::out_of_range outside an open axis.
  double at(Index i) const;
  /// Those of a range within [0, size()), or of the whole axis.
  std::vector<double> coordinates(Range range) const;
  std::vector<double> coordinates() const { return coordinates({0, size()}); }
};

/// Equally spaced axis: points from lower to upper, both included; on a periodic axis upper = lower + period is no
/// point. Throws std::invalid_argument unless points >= 1 and upper > lower (a single open point lies at lower).
Axis uniform_axis(std::string name, Index points, double lower, double upper, bool periodic);

/// Axis from given coordinates; period > 0 makes it periodic. Coordinates that single precision or their decimals moved off an even lattice, by
/// a thousandth of the spacing at most, are uniform. Throws std::invalid_argument unless strictly increasing
/// (and, if periodic, spanning less than the period).
Axis axis_from_coordinates(std::string name, std::vector<double> coordinates, double period);

/// The axis with every gap cut into `factor` equal ones (on a periodic axis the last one, too). Throws std::invalid_argument unless
/// factor >= 1.
Axis refined(Axis const& axis, Index factor);
/// Every factor-th point of an axis, from the first one: undoes refined(). Throws std::invalid_argument unless the factor divides the gaps.
Axis thinned(Axis const& axis, Index factor);

/// The axis with `margin` more points at both ends, spaced as the last two points there are (1 on an axis of one point).
Axis with_margins(Axis axis, Index margin);

}  // namespace mollis::grid
