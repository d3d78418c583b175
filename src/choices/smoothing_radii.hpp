#pragma once
/// Radii for smoothing and differentiating data for their own sake (`mollis mollify`).
#include "choices/lepski.hpp"

namespace mollis::choices {

/// The derivatives that [mollify] lists by axis letters, as multi-indices along the grid's axes; the state itself comes first.
std::vector<mollifier::MultiIndex> derivatives_of(std::vector<std::string> const& letters, grid::Grid const& grid);

/// Radii by Lepski for these derivatives of these states. Collective.
mollifier::Settings smoothing_radii(grid::Grid const& grid, mollifier::Settings const& mollifier,
                                    std::vector<observations::State> const& states, std::vector<mollifier::MultiIndex> const& set);

}  // namespace mollis::choices
