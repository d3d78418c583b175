#pragma once
/// What was observed of the states, on the grid or at scattered points, with the standard deviation of its noise.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "observations/refinement.hpp"
#include "observations/settings.hpp"

namespace mollis::observations {

/// Scattered points: those in the cells of this rank's block.
struct Points {
  std::vector<std::vector<double>> coordinates;  ///< [axis][point], on the axis (inside its period)
  std::vector<Index> number;                     ///< rows of the file, from 0
  Index total = 0;                               ///< all ranks
};

/// What was found in a table of localisations, all ranks.
struct Localisations {
  Index counted = 0, outside = 0, masked = 0;  ///< in cells that were observed, outside the grid, on the grid but outside the mask
  Index cut = 0;                               ///< cells left out, as the table ends within the widths of its rows (table_ends.hpp)
  double dispersion = 1.0;                     ///< the variance of a count over its mean
};

struct State {
  std::string name;
  Field data;               ///< what was observed less `about` (local box, or a value a point); NaN where not observed
  std::shared_ptr<Points const> points;          ///< where, if not at the points of the grid
  std::optional<Localisations> localisations;    ///< what data on the grid were counted from, if they were
  double about = 0.0;       ///< the value about which odd axes reflect
  double sigma = 0.0;       ///< noise standard deviation, in the unit of the data; where it varies, (mean of 1 / sigma_i^2)^(-1/2)
  Field shape;              ///< sigma_i / sigma of each datum; empty where all are 1
  double alike = 1.0;       ///< how many data share their noise (correlated_noise.hpp): to waves longer than its blur it is white noise of variance sigma^2 alike
  bool automatic = false;   ///< sigma was estimated from the data
  std::optional<Proportional> grows;  ///< noise that was found to grow with the values
  std::optional<Counts> counted;      ///< noise of counts whose gain or offset the data told
  bool means = false;       ///< a datum is the mean of its cell, not the value at its point
  Loss loss = Loss::gaussian;
  Field alone;              ///< of a loss that sets data aside, on the grid: how far each stands off its neighbours (spikes.hpp), in sigma_i; else empty
  bool unobserved = false;  ///< nothing was observed: no datum but at known walls
  double size = 0.0;        ///< of a state that was not observed, as the deck has it; 0: automatic
  bool between = false;     ///< the grid has points between those of the data (Factors), which are no gaps to be mended
  Index gaps = 0;           ///< points not observed, whole grid
  Field filled;             ///< data in which isolated gaps are bridged (mollifier/bridge.hpp); empty where none is
  Index bridged = 0;        ///< how many are, whole grid
  Field held_out;           ///< what is kept from the fit, less `about`; NaN elsewhere; empty where nothing is
  Field known;              ///< 1 where a wall's value is known, else 0 (local box); empty where no wall is
  std::vector<std::array<bool, 2>> walls;  ///< [axis]: whether the values at its lower and upper end are known

  /// What filters run over.
  Field const& to_mollify() const { return filled.extent(0) > 0 ? filled : data; }
  /// Number of data, all ranks.
  Index observed(grid::Grid const& grid) const { return points ? points->total : grid.points() - gaps; }
  /// Data a point of the grid.
  double share(grid::Grid const& grid) const {
    Index const missing = grid.points() - observed(grid);
    return 1.0 - static_cast<double>(missing) / static_cast<double>(grid.points());
  }
};

/// Reads every [observations.NAME], of any kind; known values of walls take the place of what was observed there.
/// run::Error missing_input or bad_data (unreadable, wrong shape, nothing observed). `mask`: 1 inside the domain, 0 outside, where
/// what was observed on the grid is left out; empty: all inside. Data on a grid lie on that of `factors`. Collective.
std::vector<State> read_states(grid::Grid const& grid, run::Named<Settings> const& observations, Field const& mask = {}, Factors const& factors = {});

/// Nothing where the deviations that a dataset gives ([observations.NAME] noise) are finite and positive wherever something was observed inside `mask`
/// (empty: everywhere); else the error of read_states. grid: that of the data. Collective.
void require_deviations(grid::Grid const& grid, Settings const& observation, Field const& mask);

/// Fills in `filled` of the states on the grid that have isolated gaps, unless it is finer than their data. mask: as of read_states. Collective.
void bridge_gaps(grid::Grid const& grid, Field const& mask, std::vector<State>& states);

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

/// Standard deviation of values by their median, sharpened by the mean square of those within three of it. Collective.
double robust_deviation(MPI_Comm comm, std::vector<double> const& sizes);

}  // namespace mollis::observations
