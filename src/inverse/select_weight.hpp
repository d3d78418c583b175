#pragma once
/// Automatic smoothness weights by unbiased predictive risk (Mallows' Cp) with the true covariance of the residuals.
///
/// With residual R = J lam + c + n, n the noise of the data carried through the filters (correlated over a radius), and
/// the fit lam = -H^-1 J^T W (c + n), the risk E |J lam + c|_W^2 is, but for a constant,
///   risk(beta) = |R(lam_beta)|_W^2 + 2 E <n, J H^-1 J^T W n>_W = |R|_W^2 + 2 E[v^T H_beta^-1 v],  v = J^T W n.
/// The expectation is a mean over a few synthetic draws of the data noise (Girard's Monte Carlo), pushed through the same
/// filters: no covariance matrix is formed, and one more solve a draw is its price.
#include <vector>

#include "inverse/data_features.hpp"
#include "inverse/equation_error.hpp"

namespace mollis::inverse {

struct WeightTrial {
  int unknown;           ///< whose weight is moved
  double weight, misfit, freedom, risk;  ///< freedom: 2 E[v^T H^-1 v]
};

/// Chooses the weights of all parameters whose deck says "auto" and leaves them in fit.beta; fits on the way. The
/// trials, in order, are returned for the record. Collective.
std::vector<WeightTrial> select_weights(EquationError& problem, DataFeatures const& features,
                                        std::vector<observations::State> const& states, Fit& fit);

}  // namespace mollis::inverse
