#pragma once
/// Data that are means over their cells, as pixels of a camera are, not values at points.
#include <memory>

#include "mollifier/line_filter.hpp"
#include "observations/operator.hpp"

namespace mollis::observations {

/// The mean of a function over a cell of `factor` gaps of the axis about each point, from its values at the points: exact for
/// quintics. Beyond open ends the polynomial of the last values goes on, a quintic up to a factor of 2, else a cubic; elsewhere values
/// wrap or reflect. An evenly spaced axis of factor + 7 points or more.
mollifier::LineFilter cell_means(grid::Axis const& axis, Index factor);

/// Means along the axes of space of S g, S g at the points of `grid`, of whose gaps `factors` make one of the data's lattice (empty:
/// one). Collective.
std::unique_ptr<Operator> make_pixel_means(grid::Grid const& grid, Factors const& factors);

/// run::Error with the place of `sampling` where a state is observed by means that cannot be formed: points unevenly spaced or too
/// few along an axis of space. Not collective, alike on all ranks.
void check_means(grid::Grid const& grid, Factors const& factors, Settings const& observation);

}  // namespace mollis::observations
