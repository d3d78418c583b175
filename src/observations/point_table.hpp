#pragma once
/// Tables of scattered points: read in pieces, each row kept by the rank in whose cells it lies.
#include "observations/settings.hpp"
#include "grid/grid.hpp"

namespace mollis::observations {

/// One row a point, in the file's order.
struct PointTable {
  std::vector<std::vector<double>> coordinates;  ///< [axis][row], on the axis
  std::vector<double> value, sigma;              ///< sigma empty where none is given
  std::vector<Index> number;                     ///< rows of the file, from 0
};

/// The rows with a value in the cells of this rank's box. run::Error as of read_points, but for noise. Every rank reads a share of the
/// file and holds no more of it than a piece. Collective.
PointTable read_point_table(grid::Grid const& grid, Settings const& observation);

/// The rows of all ranks on rank 0, by their numbers; none elsewhere. Collective.
PointTable gathered(MPI_Comm comm, PointTable const& own);

}  // namespace mollis::observations
