#pragma once
/// What the quantities of all methods have in common. Collective.
#include "estimate/estimate.hpp"
#include "estimate/quantities.hpp"
#include "parameters/parameter_space.hpp"

namespace mollis::estimate {

/// NAME/PARAMETER of a vector of parameters, and back.
void put_vector(parameters::ParameterSpace const& space, std::string const& name, Vec vector, Quantities& quantities);
petsc::Vector take_vector(parameters::ParameterSpace const& space, std::string const& name, Quantities const& quantities);

/// /fitted/NAME of every parameter, smoothness, how the fit ended.
void put_parameters(parameters::ParameterSpace const& space, Estimate const& estimate, Quantities& quantities);
void take_parameters(parameters::ParameterSpace const& space, Quantities const& quantities, Estimate& estimate);

/// radius/AXIS: pairs of derivative order and radius [cells]; of a map rung/N/AXIS likewise, and level.
void put_radii(grid::Grid const& grid, mollifier::Settings const& mollifier, Quantities& quantities);
/// `mollifier` with the radii of the quantities.
mollifier::Settings radii_of(grid::Grid const& grid, mollifier::Settings mollifier, Quantities const& quantities);

}  // namespace mollis::estimate
