#pragma once
/// Radii that vary over the domain: what a RadiusMap says, and how fast it may change.
#include <functional>

#include "grid/grid.hpp"
#include "mollifier/settings.hpp"

namespace mollis::mollifier {

/// A [mollifier] with the radii of one rung of its map.
Settings at_rung(Settings settings, std::size_t rung);

/// Applies `change` to the radii of every axis, those of `radius` and of the rungs of a map alike.
void for_each_radius(Settings& settings, std::function<void(std::string const& axis, AxisRadius&)> const& change);

/// The radius along an axis [cells] at a level, for the derivatives that the narrowest radius serves: geometric between the rungs.
double radius_at(RadiusMap const& map, std::string const& axis, double level);

/// Least, median and greatest of all levels. Collective.
struct Levels {
  double least, median, most;
};
Levels levels_of(grid::Grid const& grid, RadiusMap const& map);

/// level(x) := the level at which the radii, over those of the first rung, are
///   min over y of  s(y) + sum_a |x_a - y_a| / r_a ,   s(y): the same at level(y); r_a: the first rung's radius, x_a: in cells,
/// so that no radius grows by more than a cell a cell (its logarithm by 1 / radius), and a mollifier reaches no farther than to where
/// a narrower one begins. Levels may be infinite where neighbours are to decide. Then rounded to 1/64 and, where no point uses the
/// lowest or highest rungs, without these. The same on any number of ranks. Collective.
void limit_slope(grid::Grid const& grid, RadiusMap& map);

}  // namespace mollis::mollifier
