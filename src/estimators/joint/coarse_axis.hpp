#pragma once
/// Cubic B-splines on a coarser, even lattice along one axis, in numbers of its places: g_j = sum_c Z_jc a_c, Z of at most four entries a row.
#include <vector>

#include "grid/grid.hpp"
#include "mollifier/line_filter.hpp"

namespace mollis::joint {

class CoarseAxis {
 public:
  /// problem::coarse_splines of them, Z = 1 where these are the places. Not collective.
  CoarseAxis(grid::Axis const& fine, double ratio);

  Index places() const { return places_; }
  Index splines() const { return splines_; }
  double at(Index place, Index spline) const { return entries_[static_cast<std::size_t>(place * splines_ + spline)]; }
  double const* row(Index place) const { return entries_.data() + place * splines_; }

  /// F Z, a row a point: of the filter's rows of that order at point + margin; Z itself where there is no filter. [point][spline]
  std::vector<double> filtered(mollifier::LineFilter const* filter, int order, Index margin, Index points) const;
  /// Z^T A Z of a symmetric banded A, at(row, offset). [spline][spline]
  template <class At>
  std::vector<double> square(Index band, At const& entry) const {
    std::vector<double> sums(static_cast<std::size_t>(splines_ * splines_), 0.0);
    for (Index i = 0; i < places_; ++i)
      for (Index o = -band; o <= band; ++o) {
        if (!periodic_ && (i + o < 0 || i + o >= places_)) continue;
        double const value = entry(i, o);
        double const *const left = row(i), *const right = row(((i + o) % places_ + places_) % places_);
        if (value == 0.0) continue;
        for (Index c = 0; c < splines_; ++c)
          for (Index d = 0; d < splines_ && left[c] != 0.0; ++d) sums[static_cast<std::size_t>(c * splines_ + d)] += value * left[c] * right[d];
      }
    return sums;
  }

 private:
  Index places_, splines_;
  bool periodic_;
  std::vector<double> entries_;   ///< Z
};

}  // namespace mollis::joint
