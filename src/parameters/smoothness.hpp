#pragma once
/// The smoothness of a parameter, order q:
///   S(p) = N * gridmean of sum_{|a| = q} (q! / a!) (l^a D^a p)^2 = p^T L p,
/// l the axis extents, D^a divided differences, natural at open edges (only rows that fit). Dimensionless in the axes
/// and independent of resolution. L is a sum of tensor products of banded 1D matrices, so its rows are formed on the fly. Not collective.
#include <vector>

#include "grid/grid.hpp"

namespace mollis::parameters {

/// l^k sqrt(W) D_k of one axis, a row for each k + 1 neighbours: the root R of the LineForm R^T R.
class LineRoot {
 public:
  LineRoot(grid::Axis const& axis, int order);   ///< of values at the points, more of them than the order
  /// The same of the coefficients g of a spline u = sum_j g_j B_j (mollifier::spline_filter; open axes): D_k takes them to those of the
  /// spline that u's derivative is (de Boor 2001, chapter X), so that 0 comes of polynomials below order k, however uneven the knots are,
  /// about whose means and not about whose middles coefficients stand. Divided differences where points are equally spaced.
  static LineRoot of_splines(grid::Axis const& axis, int degree, int order);
  /// The identity along an axis.
  static LineRoot identity(grid::Axis const& axis);
  int order() const { return order_; }
  Index rows() const { return rows_; }
  /// Entry of a row at point row + offset (which wraps on periodic axes), 0 <= offset <= order().
  double at(Index row, int offset) const { return entries_[static_cast<std::size_t>(row * (order_ + 1) + offset)]; }

 private:
  LineRoot() = default;
  /// `row(i)`: the entries of row i, less its weight.
  template <class Row>
  LineRoot(grid::Axis const& axis, int order, Row const& row);
  int order_ = 0;
  Index rows_ = 0;
  std::vector<double> entries_;
};

/// l^(2k) D_k^T W D_k of one axis, W the quadrature weights of the mean over the axis: symmetric, band width k.
class LineForm {
 public:
  LineForm(grid::Axis const& axis, int order);
  LineForm(LineRoot const& root, Index points);   ///< R^T R, [points][points]
  int band() const { return order_; }
  double at(Index row, int offset) const {  ///< entry (row, row + offset), |offset| <= band()
    return entries_[static_cast<std::size_t>(row * (2 * order_ + 1) + offset + order_)];
  }

 private:
  int order_;
  std::vector<double> entries_;
};

/// One of the tensor products that L is a sum of: a factor and the order along each axis.
struct SmoothnessTerm {
  double factor;                 ///< N q! / a!
  std::vector<int> orders;       ///< a
};
/// All of them for a parameter over all axes of `grid`; an axis with no more points than an order has none of it.
std::vector<SmoothnessTerm> smoothness_terms(grid::Grid const& grid, int order);
/// L, row by row: S has the unit of p squared.
class SmoothnessForm {
 public:
  /// For a parameter over all axes of `grid` (dimension 0: a constant, L = 0). Orders 1 to 4; an axis with no more
  /// points than the order contributes nothing along itself.
  SmoothnessForm(grid::Grid grid, int order);

  /// The row of L at a point (global indices, entry a along axis a of the grid): neighbours (global indices, may be outside on periodic
  /// axes: they wrap) and values. Clears and fills the two lists.
  void row(Extents const& point, std::vector<Extents>& neighbours, std::vector<double>& values) const;

 private:
  grid::Grid grid_;
  std::vector<std::vector<LineForm>> lines_;  ///< [axis][order]
  std::vector<SmoothnessTerm> products_;
};

}  // namespace mollis::parameters
