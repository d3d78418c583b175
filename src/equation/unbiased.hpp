#pragma once
/// Pointwise terms f(d) of noisy data d = u + n, n white and Gaussian with variance v_s in state s, without the bias that
/// the noise gives a nonlinear f:  with L = sum_s v_s/2 d^2/du_s^2
///   f~ = exp(-L) f = f - L f + L^2 f / 2 - ... ,   E f~(d) = f(u),
/// for powers and products of states their Hermite polynomials, a finite sum. Two terms f, g have the covariance
///   Cov(f~, g~) = K(u),   K = sum_{|a| >= 1} v^a / a! (D^a f)(D^a g),
/// and exp(-L) K at d is its unbiased estimate. Where f is no polynomial in the states both sums end after the second
/// order, and it is for the data to show that they converge.
#include "equation/expression.hpp"

namespace mollis::equation {

/// f~ as parts of rising order in the noise, f first.
struct Corrected {
  std::vector<Expr> parts;
  bool exact = true;  ///< the sum ends by itself
};

/// Is e a sum of products of natural powers of states up to a degree of 12, with factors that hold no state?
bool is_polynomial(Expr e);

Corrected corrected(Context& context, Expr f);
/// The sum of its parts.
Expr total(Context& context, Corrected const& corrected);

/// exp(-L) K for two terms, number 0 where they share no noise.
Expr unbiased_covariance(Context& context, Expr f, Expr g);
/// sum_s v_s (df~/du_s)(dg~/du_s), of two corrected terms: what the noise makes of them to first order.
Expr first_order_covariance(Context& context, Expr f, Expr g);

/// The variance of the noise of a state, as a feature that the tapes read.
Expr variance_of(Context& context, int state);

}  // namespace mollis::equation
