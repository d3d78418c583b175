#pragma once
/// Tables of numbers with named columns: text (values separated by commas, semicolons, tabs or spaces, the names in the first
/// line that is no comment) or an HDF5 file of which 1D datasets are the columns.
#include <mpi.h>

#include <string>
#include <vector>

namespace mollis::io {

/// Whether the file is read as HDF5: it begins as one. Not collective.
bool is_hdf5_table(std::string const& file);

/// The named columns, all rows, on every rank. Empty entries and NaN, NA, null are NaN; lines that begin with # are comments.
/// Collective; run::Error on all ranks: missing_input (no such file or column), bad_data (no number, with its line and how many
/// more; no rows; columns of different lengths).
std::vector<std::vector<double>> read_columns(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names);

}  // namespace mollis::io
