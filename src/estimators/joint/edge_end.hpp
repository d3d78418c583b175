#pragma once
/// One end of an open axis: what models with constant coefficients are made of there, as small dense matrices over the places of the
/// lattice within reach of the end and the points of the grid among these.
#include "estimators/joint/field_forms.hpp"
#include "estimators/joint/roughness.hpp"

namespace mollis::joint {

/// A small dense matrix, row by row.
struct Block {
  Block() = default;
  Block(Index rows_, Index columns_) : rows(rows_), columns(columns_), entries(static_cast<std::size_t>(rows_ * columns_), 0.0) {}
  Index rows = 0, columns = 0;
  std::vector<double> entries;
  double& at(Index i, Index j) { return entries[static_cast<std::size_t>(i * columns + j)]; }
  double at(Index i, Index j) const { return entries[static_cast<std::size_t>(i * columns + j)]; }
};
Block transpose_times(Block const& a, Block const& b);   ///< a^T b

class EdgeEnd {
 public:
  /// orders: of derivatives along the axis, increasing, 0 among them. upper: which end. Not collective.
  EdgeEnd(Objective const& objective, FieldForms const& forms, int axis, std::vector<int> const& orders, bool upper);

  /// Twice the lattice's margin, or all that there are: a few points of the grid and what hangs over its end.
  static Index reach(Lattice const& lattice, int axis);
  Index places() const { return places_.size(); }
  Index points() const { return points_.size(); }
  Index inset() const { return inset_; }                  ///< place of the first of the points
  bool is_upper() const { return upper_; }

  /// A^T B of two sets of rows over the points that see any of the places: 0, 1, ... the spline's of the orders[], orders.size() those that
  /// pick the grid's points one by one, as parameters do.
  Block const& gram(std::size_t a, std::size_t b) const { return grams_[a][b]; }
  std::size_t picks() const { return grams_.size() - 1; }
  Block const& outermost() const { return outermost_; }   ///< A^T A of the one row of order 0 at the grid's last point
  Block const& rough() const { return rough_; }           ///< of the roughness along this axis
  Block const& identity() const { return identity_; }     ///< over the places
  Block smooth(std::size_t unknown, int order) const;     ///< over the points: a factor of the smoothness

 private:
  FieldForms const& forms_;
  int axis_;
  bool upper_;
  Index inset_ = 0;
  grid::Range places_, points_;              ///< in numbers of the lattice, of the grid
  std::vector<std::vector<Block>> grams_;
  Block outermost_, rough_, identity_;
};

}  // namespace mollis::joint
