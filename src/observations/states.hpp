#pragma once
/// The observed states on the grid, with the standard deviation of their noise.
#include <array>
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "observations/settings.hpp"

namespace mollis::observations {

struct State {
  std::string name;
  Field data;               ///< what was observed less `about` (local box); NaN where not observed
  double about = 0.0;       ///< the value about which odd axes reflect
  double sigma = 0.0;       ///< noise standard deviation, in the unit of the data
  bool automatic = false;   ///< sigma was estimated from the data
  Index gaps = 0;           ///< points not observed, whole grid
  Field held_out;           ///< what is kept from the fit, less `about`; NaN elsewhere; empty where nothing is
  Field known;              ///< 1 where a wall's value is known, else 0 (local box); empty where no wall is
  std::vector<std::array<bool, 2>> walls;  ///< [axis]: whether the values at its lower and upper end are known
};

/// Reads every [observations.NAME]; known values of walls take the place of what was observed there.
/// run::Error missing_input or bad_data (unreadable, wrong shape, nothing observed).
/// Collective.
std::vector<State> read_states(grid::Grid const& grid, run::Named<Settings> const& observations);

/// field + state.about (a new array): from the deviations that are computed with to what users see. Not collective.
Field as_observed(State const& state, Field const& field);

/// Mean and standard deviation over the observed points of the whole grid. Collective.
struct Moments {
  Index count = 0;
  double mean = 0.0, deviation = 0.0, largest = 0.0;  ///< largest: max |d|
};
Moments moments(grid::Grid const& grid, Field const& data);

/// Noise standard deviation from fourth differences [1 -4 6 -4 1] / sqrt(70), which pass white noise with unit gain and
/// hardly any smooth signal: robust along each axis of at least 5 points (median, then the mean square within 3 of it),
/// the smallest over the axes. Never below rounding (machine epsilon times the largest value). Collective.
double estimate_noise(grid::Grid const& grid, Field const& data);

}  // namespace mollis::observations
