#pragma once
/// Outliers set aside before anything is fitted, for what mollifies data.
#include "observations/states.hpp"

namespace mollis::observations {

/// Makes gaps of data that stand alone off their neighbours and are more likely outliers than not, in states whose loss
/// says so, and bridges them. Collective.
void leave_spikes_out(grid::Grid const& grid, Field const& mask, std::vector<State>& states);

}  // namespace mollis::observations
