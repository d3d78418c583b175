#pragma once
/// What HDF5 files hold, seen by one rank without MPI-IO, so that a bad file is an error with a reason and never a
/// hang. Internal.
#include <string>
#include <vector>

#include "io/dataset.hpp"

namespace mollis::io {

std::vector<std::string> hdf5_datasets(std::string const& file);
Description hdf5_describe(std::string const& file, std::string const& dataset);

}  // namespace mollis::io
