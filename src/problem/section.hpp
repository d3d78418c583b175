#pragma once
/// What the Hessian of a joint fit would be factorised on, and what models of it run along.
#include <vector>

#include "equation/system.hpp"
#include "estimators/section.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::problem {

/// `parameters`: positions of each one's axes among the grid's. Not collective, the same on all ranks.
estimators::SectionShape section_shape(grid::Grid const& grid, equation::System const& system, int spline_degree, std::size_t states,
                                       std::vector<std::vector<int>> const& parameters);

/// Whether residuals read a derivative of a state along an axis: splines run along it then. Not collective.
bool is_differentiated(equation::System const& system, std::size_t axis);

/// The axes along which models of the Hessian run (joint::LineModel): open, and residuals read derivatives of a state along them; but not where
/// they read an odd one along another open axis too (time, as a rule): cosines, which a model has for waves across its line, do not keep odd
/// derivatives apart from even ones. Not collective, the same on all ranks.
std::vector<int> model_lines(grid::Grid const& grid, equation::System const& system);

/// The share of the points where a mask (1 inside, 0 outside, local box) is 1; 1 where it is empty. Collective.
double inside_share(grid::Grid const& grid, Field const& mask);

}  // namespace mollis::problem
