#pragma once
/// What a dataset is, found by one rank without MPI-IO, so that a bad file is an error with a reason and never a hang.
#include <string>
#include <vector>

#include "kernels/index.hpp"

namespace mollis::io {

struct DatasetFacts {
  std::vector<Index> shape;
  bool contiguous = false;  ///< stored in one piece: collective transfers are safe and quick
};

/// Opens file and dataset on the calling rank alone. Throws run::Error: missing_input where the file or the dataset
/// does not exist (with the datasets that do), bad_data where it is no HDF5, damaged, not numbers or compressed by an
/// unknown filter. Not collective.
DatasetFacts probe(std::string const& file, std::string const& dataset);

/// Throws run::Error unless the calling rank can read the file. Not collective.
void require_readable(std::string const& file);

/// "(4, 5)"; "()" for a single number.
std::string shape_text(std::vector<Index> const& shape);

}  // namespace mollis::io
