#pragma once
/// Everything that a method wants decided before it estimates.
#include "estimate/choices.hpp"
#include "problem/problem.hpp"
#include "run/stage.hpp"

namespace mollis::choices {

/// For methods that mollify the data: radii, smoothness weights and a fit near the final one. For those that fit states: where
/// the parameters start. A field alone starts at its first guess. Constants, and several parameters at once, may be far from
/// theirs, and states smoothed with wrong ones do not let go of them: an equation-error fit finds where to start, or the first guess
/// where mollified data carry no residual. Collective.
estimate::Choices choose(problem::Problem const& problem, run::Stages& stages);

/// A line for the log: radii and weights. Collective where radii vary over the domain.
std::string describe(problem::Problem const& problem, estimate::Choices const& choices);

}  // namespace mollis::choices
