#pragma once
/// /mollifier/radius_AXIS: radii that vary over the domain, in cells.
#include "grid/grid.hpp"
#include "io/result_file.hpp"
#include "mollifier/settings.hpp"

namespace mollis::results {

/// Nothing where there is no map. Collective.
void write_radii(grid::Grid const& grid, mollifier::RadiusMap const& map, io::ResultFile& file);

}  // namespace mollis::results
