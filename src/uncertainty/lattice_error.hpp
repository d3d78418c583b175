#pragma once
/// What the lattice does to an estimate whose equation holds at its points alone: where states change a lot from one time to the next,
/// the same fit with every time step cut in two tells. Its error falls with the square of the step or faster, so that what moves is at
/// least three quarters of it.
#include "estimate/estimator.hpp"
#include "problem/finer.hpp"
#include "uncertainty/uncertainty.hpp"

namespace mollis::uncertainty {

/// Where the states change a lot between two times (observations::change_between_times) and `finer` can be made: estimates again and adds
/// what moves, in quadrature, to the deviations. `steps`: those of the estimate's own lattice. Nothing where states are not fitted.
/// Collective.
void add_lattice_error(problem::Problem const& problem, estimate::Estimate const& estimate, estimate::Estimator& estimator,
                       problem::Finer const& finer, Index steps, Uncertainty& uncertainty);

}  // namespace mollis::uncertainty
