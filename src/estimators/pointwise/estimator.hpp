#pragma once
/// What the literature does last: each point solves R(u, lam) = 0 for its own lam. Equation error without what ties neighbours
/// together: choices without smoothness, normal equations that are diagonal, or a block a point.
#include "estimators/equation_error/estimator.hpp"

namespace mollis::pointwise {

class Estimator final : public equation_error::Estimator {};

}  // namespace mollis::pointwise
