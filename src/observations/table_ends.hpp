#pragma once
/// Where a table of localisations ends with the grid: what counts there with a width misses what would have come from beyond.
#include <array>
#include <vector>

#include "grid/cells.hpp"
#include "grid/grid.hpp"

namespace mollis::observations {

/// Of each open end: how many rows lie within two of their deviations s_a of it, inside and beyond. Where fewer than half as many lie beyond as
/// inside, by more than three standard deviations of such counts, the table ends, and the density convolved with the widths is not what cells
/// count that begin nearer to the end than three times the root mean square of s_a (0.1 % is missing at three).
class TableEnds {
 public:
  TableEnds(grid::Grid const& grid, grid::Cells const& cells);

  /// A row, one coordinate and one deviation an axis. Not collective.
  void add(double const* place, double const* deviation);
  /// After all rows. Collective.
  void find();
  /// Whether a cell of the local box counts all that it would. After find(). Not collective.
  bool is_whole(Index local) const;

 private:
  struct End {
    double at = 0.0, inside = 0.0, beyond = 0.0;
    bool open = false, cut = false;
  };
  grid::Grid const& grid_;
  grid::Cells const& cells_;
  std::vector<std::array<End, 2>> ends_;                       ///< [axis]: lower, upper
  std::vector<double> squares_;                                ///< [axis]: of deviations; then their root mean square
  double rows_ = 0.0;
};

}  // namespace mollis::observations
