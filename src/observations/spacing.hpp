#pragma once
/// How far apart the data of a state are.
#include <vector>

#include "observations/states.hpp"

namespace mollis::observations {

/// Mean distance of the data along each axis of the grid, in its cells, at least 1. Space counts as one: the share s of its cells
/// that hold data at any time makes s^(-1/axes) along each of its axes; in time it is 1 over the share of frames that such a cell
/// has. Collective.
std::vector<double> data_spacing(State const& state, grid::Grid const& grid);

}  // namespace mollis::observations
