#pragma once
/// Lines for the log. Not collective.
#include <string>

#include "grid/grid.hpp"
#include "observations/states.hpp"

namespace mollis::results {

std::string describe(grid::Grid const& grid);
std::string describe(observations::State const& state);

}  // namespace mollis::results
