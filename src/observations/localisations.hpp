#pragma once
/// Localisation tables (STORM, PALM): where molecules were seen, a row each, as a density on the grid.
#include "observations/states.hpp"

namespace mollis::observations {

/// Counts the rows in the cells of the grid: n_i in the cell of point i, of volume V_i, is Poisson about the integral of the density
/// over it, whatever lies beyond, and independent of its neighbours (but for the factor F of count_noise.hpp). With the deck's density
/// = offset + gain u, the datum is
///   d_i = (n_i / V_i - offset) / gain,   sigma_i^2 = F E n_i / (V_i gain)^2.
/// With uncertainties (columns "sigma" of all axes of space, "sigma_AXIS" of one; in the unit of the axis by scale) each localisation counts with
/// that width (spread_count.hpp): the datum is of the density convolved with it. Neighbours then share their noise, a datum's variance is
/// F sum_k w_ki^2 = F E n_i / c with c (State::alike) the sum of all w over that of all w^2; sums of many still vary by F E n. F is told by points.
/// Cells within such widths of where the table ends (table_ends.hpp) and those outside `mask` (empty: none) were not observed. The table is read in pieces. run::Error bad_data: places that are not
/// finite, no row, none on the grid; missing_input. Collective.
State read_localisations(grid::Grid const& grid, std::string const& name, Settings const& observation, Field const& mask);

}  // namespace mollis::observations
