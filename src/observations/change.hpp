#pragma once
/// How much a state changes from one time to the next.
#include "observations/states.hpp"

namespace mollis::observations {

/// k h of the waves that a state is made of in time, h the wider of the gaps beside a time: root of h^2 u_tt (second divided difference)
/// over the deviation of u at that time and beside it, root mean squares over the points there, less what noise has of them; the largest
/// of the times. 0 where there are no three times with data, or none stands out of the noise. state: over the local box, NaN where there
/// is none; sigma: of its noise. Collective.
double change_between_times(grid::Grid const& grid, Field const& state, double sigma);

/// The largest k h that data allow: splines that obey the equation at the times alone err by some (k h / pi)^4, noise by sigma / (deviation
/// sqrt(data)) at best. Between 0.15 and 0.5. Collective.
double allowed_change(grid::Grid const& grid, State const& state);

}  // namespace mollis::observations
