#pragma once
/// Which points of an array exist behind a pass along one axis, and the rows of those that are not the plain ones: internal to the room. Not collective.
#include <vector>

#include "grid/grid.hpp"
#include "mollifier/gap_rows.hpp"

namespace mollis::mollifier {

using Marks = std::vector<char>;

/// Points of a box over the axes from .. to - 1.
Index product(grid::Box const& box, int from, int to);

/// The rows in use along one axis, on the host: neighbours on a line together, equal sets of rows stored once.
struct Patched {
  int axis = 0, orders = 1;
  std::vector<Index> outer, at, column, first, size, block;  ///< as in kernels::LinePatches
  std::vector<Index> counts, offsets, begin;
  std::vector<double> weights;
};

/// Neighbours on a line that have rows of their own: points `at` and on of the line (outer, column).
struct GapRun {
  Index outer, at, column;
  std::vector<GapRows::Place> places;
};

/// Walks the lines of an array [outer][points][inner] along an axis. Slower axes are as in `ghosted`, faster ones as owned. `filter` outlives it.
class GapWalk {
 public:
  GapWalk(grid::Grid const& grid, grid::Box const& ghosted, int axis, LineFilter const& filter, MomentFit const& fit, Radii const& radii);

  /// exists, touched: 1 or 0 of each entry, whether it is there and whether other rows than the plain ones made it; of the array before the pass,
  /// afterwards of that behind it. `per_unit` lines of outer make a unit of Patched::begin.
  void run(Marks& exists, Marks& touched, Index per_unit);

  Patched patched;
  bool reads_missing = false;  ///< some run has missing points between those that it reads (with weight 0)

 private:
  bool any(Marks const& marks, Index o, Index first, Index count, Index c, char wanted) const;
  GapRows::Place one(Marks const& before, Marks const& touched_before, Index o, Index i, Index c, Marks& exists, Marks& touched);

  LineFilter const& filter_;
  GapRows rows_;
  grid::Range in_, out_;
  Index outer_, inner_;
};

}  // namespace mollis::mollifier
