#pragma once
/// What the Hessian of a joint fit would be factorised on.
#include <vector>

#include "equation/system.hpp"
#include "estimators/section.hpp"
#include "grid/grid.hpp"

namespace mollis::problem {

/// `parameters`: positions of each one's axes among the grid's. Not collective, the same on all ranks.
estimators::SectionShape section_shape(grid::Grid const& grid, equation::System const& system, int spline_degree, std::size_t states,
                                       std::vector<std::vector<int>> const& parameters);

}  // namespace mollis::problem
