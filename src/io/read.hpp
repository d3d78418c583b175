#pragma once
/// Reads numbers from HDF5 files of any maker: every real or integer type becomes double.
/// All functions are collective; a problem on any rank is one run::Error, the same on all of them (see probe.hpp).
#include <mpi.h>

#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::io {

/// Extents of a dataset, slowest first; none for a single number.
std::vector<Index> dataset_shape(MPI_Comm comm, std::string const& file, std::string const& dataset);

/// All values of a dataset with one axis (besides axes of size 1), on every rank.
std::vector<double> read_vector(MPI_Comm comm, std::string const& file, std::string const& dataset);

/// This rank's box of a dataset whose axes are those of the grid, in its order (axes of size 1 may be absent or extra).
/// Another shape is bad_data, and both shapes are named. Collective on grid.comm().
Field read_dataset(grid::Grid const& grid, std::string const& file, std::string const& dataset);

}  // namespace mollis::io
