#pragma once
/// What the Hessian of a joint fit would be factorised on.
#include <vector>

#include "equation/system.hpp"
#include "estimators/section.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::problem {

/// `parameters`: positions of each one's axes among the grid's. Not collective, the same on all ranks.
estimators::SectionShape section_shape(grid::Grid const& grid, equation::System const& system, int spline_degree, std::size_t states,
                                       std::vector<std::vector<int>> const& parameters);

/// The share of the points where a mask (1 inside, 0 outside, local box) is 1; 1 where it is empty. Collective.
double inside_share(grid::Grid const& grid, Field const& mask);

}  // namespace mollis::problem
