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

/// The axes along which models of the Hessian run (joint::LineModel): open, and residuals read derivatives of a state along them. Cosines, which a
/// model has for waves across its line, do not keep odd derivatives apart from even ones: what is odd stands beside the rest as if it were another
/// residual. Beside parameters over some of the axes, which stand apart, that serves the states. Else no line has among its waves an open axis along which a
/// residual is mixed (time, as a rule): fields over all axes are part of the models, in which their phase would be wrong, and constants ask little of the
/// ends. `parameters`: positions of each one's axes among the grid's. Not collective, the same on all ranks.
std::vector<int> model_lines(grid::Grid const& grid, equation::System const& system, std::vector<std::vector<int>> const& parameters);

/// Whether lines leave much of what is smooth: more than one axis is open and residuals read odd derivatives along one of these (time, or the gradient of
/// a coefficient). Not collective, the same on all ranks.
bool wants_second_level(grid::Grid const& grid, equation::System const& system);

/// The share of the points where a mask (1 inside, 0 outside, local box) is 1; 1 where it is empty. Collective.
double inside_share(grid::Grid const& grid, Field const& mask);

}  // namespace mollis::problem
