#pragma once
/// The cells of a grid: what lies nearer to a point than to its neighbours, cut where an open axis ends.
#include <vector>

#include "grid/grid.hpp"

namespace mollis::grid {

class Cells {
 public:
  explicit Cells(Grid grid);

  /// The cell (row-major number in the whole grid) that holds a place, one coordinate an axis; -1 outside the grid. Periods are taken off.
  Index find(double const* place) const;
  Index point(int axis, double x) const;  ///< the point along one axis whose cell holds x; -1 outside the grid
  int owner(Index cell) const;    ///< the rank whose block has it
  Index local(Index cell) const;  ///< its number in this rank's box, which must have it
  double volume(Index local) const;  ///< product of the widths along the axes, in their units
  double lower(int axis, Index point) const;  ///< where the cell of a point begins; on a periodic axis maybe before its first point
  double upper(int axis, Index point) const;

 private:
  Grid grid_;
  std::vector<std::vector<double>> faces_;  ///< [axis]: between neighbours; on periodic axes also behind the last point
};

/// What counts in a cell (row-major number in the whole grid).
struct Counted {
  Index cell;
  double weight;
};

/// The weights of the cells named, on whatever rank, that are this rank's own: added to `counts` (local box). Collective.
void count_cells(Grid const& grid, Cells const& cells, std::vector<Counted> const& named, std::vector<double>& counts);

}  // namespace mollis::grid
