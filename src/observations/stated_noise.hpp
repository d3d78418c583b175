#pragma once
/// The noise of data on a grid as [observations.NAME] noise states it: a number, a share of the values, counts, a dataset, or found from the data.
#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "observations/settings.hpp"
#include "observations/states.hpp"

namespace mollis::observations {

/// sigma, shape, automatic and grows of a state whose data have the moments `m`, in the unit of the data. run::Error bad_data: deviations that
/// are not positive at a datum, Poisson's noise of what is no count, and those of refuse_extreme_noise. Collective.
void set_noise(grid::Grid const& grid, Settings const& observation, Moments const& m, State& state);

/// Throws bad_data where the squares of noise of this size, or their inverses, leave the range of numbers: nothing would count.
void refuse_extreme_noise(Settings const& observation, double sigma);

/// Nothing where the deviations that a dataset gives are finite and positive wherever `data` are; else the error of set_noise. Collective.
void require_positive(grid::Grid const& grid, Settings const& observation, Field const& data);

}  // namespace mollis::observations
