#pragma once
/// Symbolic derivatives of expressions without derivative operators.
#include "equation/expression.hpp"

namespace mollis::equation {

/// D^order e: every derivative of a state, parameter or field becomes a feature (jet) of that order.
Expr differentiate(Context& context, Expr e, MultiIndex const& order);

/// Derivative along an axis with all states held.
Expr explicit_derivative(Context& context, Expr e, std::size_t axis);

/// de / d(feature), all features taken as independent of each other.
Expr partial(Context& context, Expr e, Feature const& feature);

/// The features that e reads, sorted by kind, index and order, each once.
std::vector<Expr> features_of(std::vector<Expr> const& expressions);

}  // namespace mollis::equation
