#pragma once
/// Antiderivatives by a state, for the weak form: u^2 dx(u) = dx(u^3/3).
#include <optional>

#include "equation/expression.hpp"

namespace mollis::equation {

/// F with dF/d(feature) = e, all else held: of powers of the feature, of a power, exp, sin, cos, sinh or cosh of what is
/// affine in it, and of sums of such with factors that are free of it. Nothing where e is none of these.
std::optional<Expr> antiderivative(Context& context, Expr e, Expr feature);

}  // namespace mollis::equation
