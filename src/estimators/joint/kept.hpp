#pragma once
/// A point of the joint fit as quantities of a checkpoint. Collective.
#include "estimate/quantities.hpp"
#include "estimators/joint/objective.hpp"

namespace mollis::joint {

/// coefficients/STATE on the extended lattice.
void put_coefficients(Objective const& objective, Vec x, estimate::Quantities& quantities);
void take_coefficients(Objective const& objective, estimate::Quantities const& quantities, Vec x);

/// All of x, the mask of undefined points and the weights; and back, the objective moved there and linearised.
void put_point(Objective const& objective, Vec x, estimate::Quantities& quantities);
petsc::Vector take_point(Objective& objective, estimate::Quantities const& quantities);

}  // namespace mollis::joint
