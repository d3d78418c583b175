#pragma once
/// Rows of a moment filter along lines of which some points are missing, each pattern of existing points once: internal to the room.
/// The rule: the local polynomial of the filter's degree fitted with weights eta to the points that exist in a window of `radius` to
/// each side; where these end early on one side (the edge of a mask, of the grid), it reaches as much further on the other, as rows
/// at open ends do. The row is undefined where
///   - fewer than degree + 1 points exist in it: it would not be exact,
///   - the row's own point is missing and the value there is not interpolated: existing points on one side alone, or noise above that
///     of a datum,
///   - its noise is over 100 times that of the row without gaps.
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "mollifier/moment_row.hpp"

namespace mollis::mollifier {

class GapRows {
 public:
  GapRows(grid::Axis const& axis, LineFilter const& filter, MomentFit const& fit, Radii radii);

  struct Place {
    Index row = -1;    ///< position of the stored row; -1: undefined
    Index first = 0;   ///< its first tap: a point of the axis, virtual where the axis wraps
  };
  /// exists(v) of the points v of the axis (virtual where it wraps), asked for row - 2 widest .. row + 2 widest.
  Place at(Index row, std::function<bool(Index)> const& exists);

  std::vector<Index> const& counts() const { return counts_; }    ///< taps of each stored row
  std::vector<Index> const& offsets() const { return offsets_; }  ///< of its weights, [order][tap]
  std::vector<double> const& weights() const { return weights_; }

 private:
  grid::Range window_at(Index row, Index radius, std::function<bool(Index)> const& exists) const;
  bool append(Index row, std::vector<grid::Range> const& windows, grid::Range taps, std::function<bool(Index)> const& exists);

  grid::Axis const& axis_;
  Ends ends_;
  LineFilter const& filter_;
  MomentFit fit_;
  Radii radii_;
  std::unordered_map<std::string, Index> known_;
  std::vector<Index> counts_, offsets_;
  std::vector<double> weights_;
};

}  // namespace mollis::mollifier
