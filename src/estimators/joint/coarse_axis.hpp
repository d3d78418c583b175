#pragma once
/// Coarse functions along one axis, in numbers of its places, g_j = sum_c Z_jc a_c: cubic B-splines on an even lattice, Z of at most four entries a row;
/// or slow functions, Legendre polynomials or the longest waves.
#include <vector>

#include "grid/grid.hpp"
#include "mollifier/line_filter.hpp"
#include "problem/coarse_lattice.hpp"

namespace mollis::joint {

class CoarseAxis {
 public:
  /// Z = 1 where there are as many functions as places. Not collective.
  explicit CoarseAxis(problem::CoarseLine const& line);

  Index places() const { return places_; }
  Index functions() const { return functions_; }
  bool is_slow() const { return slow_; }
  double at(Index place, Index function) const { return entries_[static_cast<std::size_t>(place * functions_ + function)]; }
  double const* row(Index place) const { return entries_.data() + place * functions_; }

  /// F Z, a row a point: of the filter's rows of that order at point + margin; Z itself where there is no filter. [point][function]
  std::vector<double> filtered(mollifier::LineFilter const* filter, int order, Index margin, Index points) const;
  /// Z^T A Z of a symmetric banded A, at(row, offset). [function][function]
  template <class At>
  std::vector<double> square(Index band, At const& entry) const {
    std::vector<double> sums(static_cast<std::size_t>(functions_ * functions_), 0.0);
    for (Index i = 0; i < places_; ++i)
      for (Index o = -band; o <= band; ++o) {
        if (!periodic_ && (i + o < 0 || i + o >= places_)) continue;
        double const value = entry(i, o);
        double const *const left = row(i), *const right = row(((i + o) % places_ + places_) % places_);
        if (value == 0.0) continue;
        for (Index c = 0; c < functions_; ++c)
          for (Index d = 0; d < functions_ && left[c] != 0.0; ++d) sums[static_cast<std::size_t>(c * functions_ + d)] += value * left[c] * right[d];
      }
    return sums;
  }

 private:
  void put_splines();
  void put_slow();

  Index places_, functions_;
  bool periodic_, slow_;
  std::vector<double> entries_;   ///< Z
};

}  // namespace mollis::joint
