#pragma once
/// Scattered points from tables.
#include "observations/point_table.hpp"
#include "observations/states.hpp"

namespace mollis::observations {

/// Reads the table of an observation of that kind. Rows without a value were not observed and are left out. run::Error bad_data,
/// with counts and the first row at fault: coordinates that are not finite or not on the grid (a period is taken off), two values
/// at one point, deviations that are not positive, nothing observed, too few points to tell their noise from; missing_input.
/// Collective.
State read_points(grid::Grid const& grid, std::string const& name, Settings const& observation);

/// Noise standard deviation of scattered values: where places have five times or more, from fourth divided differences in time;
/// else from what a plane through the nearest neighbours leaves, which also holds what is bent in the signal and so is no less
/// than the noise, on average. Robust, as estimate_noise; 0 where there are too few points. `table`: of all
/// ranks. Not collective.
double estimate_noise(grid::Grid const& grid, PointTable const& table);

}  // namespace mollis::observations
