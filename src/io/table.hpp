#pragma once
/// Tables of numbers with named columns: text (text_table.hpp), or HDF5, classic NetCDF or .npz of which 1D datasets are the columns.
#include <mpi.h>

#include <functional>
#include <string>
#include <vector>

#include "kernels/index.hpp"

namespace mollis::io {

/// The named columns, all rows, on every rank. Collective; run::Error on all ranks: missing_input (no such file or column), bad_data
/// (no number, with its line and how many more; no rows; columns of different lengths).
std::vector<std::vector<double>> read_columns(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names);

/// The same in pieces of at most `rows` rows: each rank reads a part of the file of its own, and none holds more than a piece of it.
/// `use` gets the columns of one; it is called equally often on all ranks, without rows where a rank is through, and may communicate.
/// Returns the number in the file of this rank's first row, from 0. Lines that are no rows are errors at the end, when all others
/// were used. Collective.
Index read_in_pieces(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names, Index rows,
                     std::function<void(std::vector<std::vector<double>> const&)> const& use);

}  // namespace mollis::io
