#pragma once
/// Bounds of parameters in a joint fit: an active set.
#include "estimators/joint/objective.hpp"
#include "parameters/bounds.hpp"

namespace mollis::joint {

/// Sets parameters of x that are outside to their bound and moves the objective there; whether there were any. Collective.
bool set_within(parameters::Bounds const& bounds, Objective& objective, Vec x);

/// One an entry of x, where the objective is: 0 for parameters at a bound that they would pass, going down the gradient; else
/// 1. Collective.
petsc::Vector inner(parameters::Bounds const& bounds, Objective& objective, Vec x);

}  // namespace mollis::joint
