#pragma once
/// Reads numbers from files of every known format and of any maker (format.hpp): every real or integer type becomes double, stored
/// values become true ones, missing ones NaN (CF conventions). Each rank reads its own part.
/// All functions are collective; a problem on any rank is one run::Error, the same on all of them, with the place in the deck
/// where the source has one.
#include <mpi.h>

#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "io/settings.hpp"
#include "kernels/field.hpp"

namespace mollis::io {

/// Extents of a dataset, slowest first; none for a single number.
std::vector<Index> dataset_shape(MPI_Comm comm, std::string const& file, std::string const& dataset);

/// All values of a dataset with one axis (besides axes of size 1), on every rank.
std::vector<double> read_vector(MPI_Comm comm, std::string const& file, std::string const& dataset);

/// Coordinates of an axis of the grid, on every rank, cropped and averaged over bins. time_unit ("s", "min", "h", "d"): times in
/// the CF manner ("days since 1950-01-01") are given in it; "" leaves them. A value that is missing is bad_data.
std::vector<double> read_axis(MPI_Comm comm, Source const& source, std::string const& axis, std::string const& time_unit);

/// The axes of the grid (positions) over which a dataset varies. See layout.hpp. Collective on grid.comm().
std::vector<int> axes_of(grid::Grid const& grid, Source const& source);

/// Nothing where the part of a dataset that is read has the shape of the grid, by the file's description alone, no value of it being read; else what
/// read_dataset would throw. Collective on grid.comm().
void require_shape(grid::Grid const& grid, Source const& source);

/// Where the part of a dataset begins along an axis of the grid, in points of the file, and how many points of the grid the file could
/// fill from there, whatever the end of `crop`. Collective on grid.comm().
struct Reach {
  Index first = 0, bin = 1, points = 0;   ///< points: 0 where the dataset does not vary along that axis
};
Reach reach_of(grid::Grid const& grid, Source const& source, int axis);

/// This rank's box of a dataset, laid along the axes of the grid (layout.hpp). Another shape is bad_data, and both shapes are
/// named; a part that the file does not have is bad_deck. Collective on grid.comm().
Field read_dataset(grid::Grid const& grid, Source const& source);
Field read_dataset(grid::Grid const& grid, std::string const& file, std::string const& dataset);
/// The same of what OutputFile wrote as it is: along axes that fall, too, in the grid's order.
Field read_as_is(grid::Grid const& grid, std::string const& file, std::string const& dataset);

}  // namespace mollis::io
