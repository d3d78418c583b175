#pragma once
/// Mollified jets: a set of derivatives D^a u ~ (D^a eta) * g of one field, each a tensor product of line filters,
/// computed by a shared derivative tree (fastest axis first) on the halo-exchanged block.
/// Workspace, made by the first call and kept: the ghosted block and, for each distinct choice of orders along all but
/// the slowest filtered axis, a block with ghosts along that axis alone. Copies of a Jets share it: one call at a time.
#include <memory>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "mollifier/line_filter.hpp"
#include "mollifier/multi_index.hpp"
#include "mollifier/pass_plan.hpp"

namespace mollis::mollifier {

class Jets {
 public:
  /// filters: one an axis of the grid, each with every order that `set` asks of that axis. Members of the set may
  /// repeat. Throws std::invalid_argument where they do not fit. Collective.
  Jets(grid::Grid const& grid, std::vector<LineFilter> filters, std::vector<MultiIndex> const& set);
  /// The same for sums of derivatives, out[k] = sum_m factor_km D^order_km u, none of them empty; results: the points of this rank's box
  /// that are wanted, all of them along axes whose filter copies (std::invalid_argument). set() has a sum's first derivative. Collective.
  Jets(grid::Grid grid, std::vector<LineFilter> filters, std::vector<Sum> const& sums, grid::Box results);

  grid::Grid const& grid() const;
  std::vector<MultiIndex> const& set() const;
  grid::Box const& results() const;
  LineFilter const& filter(int axis) const;

  /// Shares the workspace of other derivatives, of whatever grid, which is as large as the larger of both needs: one call at
  /// a time, of either. Not collective.
  void share_workspace(Jets const& other);

  /// out[k] (results) := D^set[k] applied to owned (local box). Rows that are not valid give 0. Collective.
  void apply(Field const& owned, std::vector<Field> const& out) const;
  std::vector<Field> apply(Field const& owned) const;

  /// owned (local box) += sum_k (D^set[k])^T in[k] (results): the exact transpose of apply. Collective.
  void apply_transpose_add(std::vector<Field> const& in, Field const& owned) const;

  /// 1 where every row of the point is valid, else 0 (results). Not collective.
  Field valid() const;

  /// table(axis)[(i - owned.lower) * K * K + a * K + b] = <row_a, row_b> of axis row i, a, b over filter(axis).orders
  /// (K of them). The noise covariance of two jets at a point is sigma^2 times the product over the axes.
  std::vector<double> gram_table(int axis) const;

 private:
  struct Data;
  std::shared_ptr<Data const> data_;
};

}  // namespace mollis::mollifier
