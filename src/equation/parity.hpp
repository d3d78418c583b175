#pragma once
/// How expressions change where an axis is reflected, x -> -x.
#include "equation/expression.hpp"

namespace mollis::equation {

/// Whether a residual is a sum of terms of both parities along `axis`: a derivative of order o along it changes its sign by (-1)^o, a product of these
/// by the product of their signs. div(a grad u) = a u_xx + a_x u_x is even, u_t - u_xx is mixed along t. Coordinates and undifferentiated factors
/// count as even. What its form does not show is mixed. Not collective.
bool is_mixed_along(Expr residual, std::size_t axis);

}  // namespace mollis::equation
