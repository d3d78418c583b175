#pragma once
/// Factors before derivatives in the weak form, taken inside without an error: with a known factor K, by parts
///   K D^a F = sum_{b <= a} (-1)^|b| (a over b) D^{a-b}[ (D^b K) F ],
/// and with a factor G of the same state u before a first derivative, with dH/du = G dF/du,
///   G D_i F = D_i H - H_i + G F_i            (H_i, F_i: derivatives along axis i at fixed states).
#include <stdexcept>

#include "equation/weak.hpp"

namespace mollis::equation {

/// Why a product cannot be written so; what() is a clause and what to do.
struct Unmovable : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// factor * derived.coefficient * D^derived.order[derived.factor] as products with nothing before a derivative. Throws
/// Unmovable.
std::vector<WeakProduct> taken_inside(Scope const& scope, Expr factor, WeakProduct const& derived);

/// D^order of what holds no state, without an operator. Throws Unmovable where it jumps.
Expr known_derivative(Scope const& scope, Expr known, MultiIndex const& order);
/// How often it may be differentiated along an axis: 0 where it may jump there, 1 where it may have kinks.
int derivatives_along(Scope const& scope, Expr e, std::size_t axis);
/// Are all derivatives up to this order functions, not pulses where the expression jumps?
bool smooth_enough(Scope const& scope, Expr e, MultiIndex const& order);

}  // namespace mollis::equation
