#pragma once
/// Files of observations, as `mollis forward` makes them.
#include <string>
#include <utility>
#include <vector>

#include "grid/grid.hpp"
#include "io/attributes.hpp"
#include "kernels/field.hpp"

namespace mollis::io {

/// Replaces the file whole: one dataset a field, all over the same grid, and one dataset of coordinates an axis, named
/// like the axis (left out where a field has that name). Its directory is made. run::Error output_failed; an earlier
/// file then stays. Collective.
void write_dataset_file(grid::Grid const& grid, std::string const& file,
                        std::vector<std::pair<std::string, Field>> const& fields, Attributes const& attributes = {});

}  // namespace mollis::io
