#pragma once
/// Gain and offset of counts, d = offset + gain n with n Poisson, from the data: sigma^2 = gain (u - offset), a straight line over the level u.
#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "observations/settings.hpp"

namespace mollis::observations {

/// Whatever of gain and offset is not given, most likely by noise_by_level. A noise of the camera itself, the same everywhere, adds to
/// -gain offset. An offset that is asked for leaves each datum, smoothed, the standard error of the variance where levels are least: one too high would make
/// dark data exact. run::Error bad_data where the data do not tell: too few differences; a variance that does not rise along a straight line
/// (half of what any function of the level gains over noise alike everywhere, and e^10 of likelihood where the offset is asked, for then the line's
/// slope alone tells the gain); signals that are rough where they are large. Collective.
Counts counts_told(grid::Grid const& grid, Settings const& observation, UnknownCounts const& given, Field const& data);

}  // namespace mollis::observations
