#pragma once
/// Gaps along a line: where the jets of a field are filtered along one axis only, a row whose footprint meets a gap is
/// refitted with the points that exist on its line.
/// The rule: the same local polynomial with the same weights eta over the same window, fitted to the window's existing
/// points; of the filter's degree, or of (existing points - 1) where that is less. The row stays undefined (NaN) where
///   - fewer than order + 1 points exist in the window,
///   - the row's own point is a gap and the existing ones lie on one side of it alone (interpolation, no extrapolation),
///   - its noise would be over 100 times that of the row without gaps (badly placed points: no information in it).
/// Derivatives with radii of their own are refitted each in its own window.
#include <memory>
#include <optional>
#include <vector>

#include "kernels/field.hpp"
#include "mollifier/jets.hpp"

namespace mollis::mollifier {

/// The axis along which all jets are filtered; none where several axes are filtered, or no axis is.
std::optional<int> only_filtered_axis(Jets const& jets);

class LineRefit {
 public:
  /// For jets made of moment filters with this kernel, degree and `radii` along their only filtered axis (see
  /// only_filtered_axis; std::invalid_argument where there is none). Gaps are the points where `data` (local box) is
  /// not finite. Rows with the same existing points are stored once. Collective.
  LineRefit(Jets const& jets, Kernel const& kernel, Radii const& radii, int degree, Field const& data);

  /// Local points whose row meets a gap, increasing.
  std::vector<Index> const& points() const;
  /// How many of them have every order defined. Not collective.
  Index refitted() const;

  /// Overwrites the jets at points(): out[k] (local box) := refitted row of D^set[k] times `owned` (local box), NaN where
  /// it is undefined; what stands in the gaps of `owned` is not used. Linear in `owned`. Collective.
  void apply(Field const& owned, std::vector<Field> const& out) const;

  /// The row of a local point, refitted or the filter's own; NaN where it is undefined.
  Row taps(Index point, int slot) const;

  /// <row_a, row_b> at points()[i], a and b positions in the filter's orders: the exact covariance of two derivatives for
  /// unit white noise. NaN where one of them is undefined.
  double gram(std::size_t i, int slot_a, int slot_b) const;
  /// The same for every local point, with the filter's own rows away from gaps: table[(point * K + a) * K + b], K orders.
  std::vector<double> gram_table() const;

 private:
  struct Data;
  std::shared_ptr<Data const> data_;
};

}  // namespace mollis::mollifier
