#pragma once
/// The weak form: a residual as sum_k P_k(parameters) D^{a_k}[F_k(states, coordinates, known fields)].
#include "equation/parser.hpp"

namespace mollis::equation {

/// P D^order[F]; F is the number 1 where the product has no data.
struct WeakProduct {
  Expr coefficient, factor;
  MultiIndex order;
};

/// Distributes products over sums and pulls parameters out of derivative operators. Like products are merged: first
/// those with the same (F, a), then those with the same (P, a). Throws SyntaxError for what cannot be written this way.
std::vector<WeakProduct> weak_products(Scope const& scope, Expr residual, Source const& source);

/// The residual over term features; new factors are appended to `terms`.
Expr weak_residual(Scope const& scope, Expr residual, Source const& source, std::vector<Expr>& terms);

}  // namespace mollis::equation
