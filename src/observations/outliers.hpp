#pragma once
/// Outliers set aside before anything is fitted, for what mollifies data or tells their noise.
#include "observations/states.hpp"

namespace mollis::observations {

/// The data, NaN in place of what stands so far off its neighbours, by the noise of data of its level, that it
/// is more likely an outlier than not. Collective.
Field without_spikes(grid::Grid const& grid, Loss loss, Field const& data);

/// Makes gaps of data that stand alone off their neighbours and are more likely outliers than not, in states whose loss
/// says so, and bridges them. Collective.
void leave_spikes_out(grid::Grid const& grid, Field const& mask, std::vector<State>& states);

}  // namespace mollis::observations
