#pragma once
/// Whether the times of the data resolve what their states do.
#include "problem/problem.hpp"

namespace mollis::choices {

/// Into how many steps every gap between times is to be cut so that no state of the data changes by more than `share` of what is allowed
/// (observations::allowed_change) between two, and that there are as many times as splines need: 1 where that is so as it is. The same on any number of ranks. Collective.
Index time_steps(problem::Problem const& problem, double share = 1.0);

}  // namespace mollis::choices
