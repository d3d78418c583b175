#pragma once
/// What is told of known values before any of them is read.
#include <vector>

#include "grid/grid.hpp"
#include "observations/settings.hpp"

namespace mollis::observations {

/// The axes of the grid (positions) on which values depend: those that the expression reads, those of the dataset.
/// run::Error bad_deck, missing_input or bad_data. Collective.
std::vector<int> axes_of(grid::Grid const& whole, Values const& values);

}  // namespace mollis::observations
