#pragma once
/// Between the fitted variable p and the parameter lam: lam = exp(p) where transform = "log", else lam = p.
#include "kernels/field.hpp"
#include "parameters/parameter_space.hpp"

namespace mollis::parameters {

/// lam from the piece of p. Not collective.
Field value_of(Unknown const& unknown, Field const& fitted);

/// dR^2/dp^2-like sums (pieces, changed in place) to those by lam: times (dp/dlam)^2. `fitted`: the pieces of p. Not collective.
void square_by_value(ParameterSpace const& space, std::vector<Field> const& fitted, std::vector<Field> const& sums);

}  // namespace mollis::parameters
