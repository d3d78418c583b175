#pragma once
/// Localisations that are known to a width, counted with it: each is a normal density of its own deviation instead of a point.
#include <vector>

#include "grid/cells.hpp"
#include "grid/grid.hpp"

namespace mollis::observations {

/// A localisation at x with deviation s_a along axis a counts in cell i with
///   w_i = prod_a int over the cell of N(x_a, s_a^2) (cut at 5 s_a, scaled to 1),
/// so that sum_i w_i = 1 but for what lies beyond open ends, and the counts are those of the density convolved with the mean normal density.
/// Where s_a is 0 the point alone counts along that axis. What is gathered is sent to the ranks that own the cells in pieces.
class SpreadCount {
 public:
  explicit SpreadCount(grid::Grid const& grid, grid::Cells const& cells) : grid_(grid), cells_(cells), shares_(grid.axes().size()) {}

  /// A localisation, one coordinate and one deviation an axis; false where nothing of it lies on the grid. Not collective.
  bool add(double const* place, double const* deviation);
  /// Adds what was gathered to `counts` (local box). Collective.
  void flush(std::vector<double>& counts);

  double sum() const { return sum_; }          ///< of all w_i, this rank's localisations
  double squares() const { return squares_; }  ///< of all w_i^2

 private:
  struct Share { Index point; double weight; };
  void find_shares(int axis, double place, double deviation);
  void merge();

  grid::Grid const& grid_;
  grid::Cells const& cells_;
  std::vector<std::vector<Share>> shares_;
  std::vector<double> whole_;             ///< of a grid that is small: what was gathered in each of its cells
  std::vector<grid::Counted> gathered_;   ///< of a larger one
  double sum_ = 0.0, squares_ = 0.0;
};

}  // namespace mollis::observations
