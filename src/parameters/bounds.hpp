#pragma once
/// Bounds and first guesses of the unknowns, in the fitted variable: logarithms where transform = "log".
#include "parameters/parameter_space.hpp"

namespace mollis::parameters {

struct Bounds {
  petsc::Vector lower, upper;
  bool any = false;
};
/// Of all unknowns, infinite where none is given. Collective.
Bounds make_bounds(ParameterSpace const& space);

/// The first guess of every parameter (Settings::first). Collective.
petsc::Vector first_guess(ParameterSpace const& space);

}  // namespace mollis::parameters
