#pragma once
/// The predictive risk of a fit, unbiased but for constants, with the true covariance of the residuals.
///
/// For a fit lam at radii r the risk in the weighted residual norm is Mallows' Cp with covariance: with n the noise of the
/// data carried through the filters,
///   risk = |R(lam)|_W^2 - N - 2 E <n, W J dlam>,   dlam = -H^-1 J^T W n   (the fit's response to the noise).
/// At the fit's own radii the smoothing bias of the features looks like signal, so R, W and n of the first factors are
/// taken at about half the radii (a validation model), where that bias is some 2^4 times smaller:
///   T(r, beta) = sum_i [ R0_i(lam)^2 / Var R0_i(lam) - 1 ] - 2 mean over draws of <n0, W0 J_r dlam_r>.
/// The same draws of synthetic data noise serve every trial: no covariance matrix is formed.
#include <vector>

#include "estimators/equation_error/candidate.hpp"
#include "kernels/field.hpp"

namespace mollis::choices {

/// The validation side: narrower radii, fixed while trials are compared.
class Validation {
 public:
  Validation(problem::Problem const& problem, mollifier::Settings const& mollifier);

  /// Takes the parameters at which W0 and n0 are formed. Collective.
  void freeze(Vec x);
  /// sum_i [ R0^2 / Var R0 - 1 ] at x. Collective.
  double misfit(Vec x);
  /// mean over draws of sum_i n0 W0 (J dlam), given J dlam for each draw. Collective.
  double covariance(std::vector<std::vector<Field>> const& predicted) const;
  std::vector<std::vector<Field>> const& draws() const { return draws_; }

 private:
  problem::Problem const& problem_;
  equation_error::Candidate candidate_;
  std::vector<std::vector<Field>> draws_;     ///< [draw][state], synthetic noise of the data
  std::vector<std::vector<Field>> noise_;     ///< [draw][residual], n0
  std::vector<Field> weights_;                ///< W0
};

/// Trials of smoothness weights for one candidate, residual weights and noise response frozen at x.
class RiskTrials {
 public:
  /// Collective.
  RiskTrials(problem::Problem const& problem, equation_error::Candidate& candidate, Validation& validation, Vec frozen_at);

  /// The risk T of the fit for these smoothness weights; infinite where it breaks down. Moves x to that fit, clipped to the
  /// bounds. Collective.
  double risk(std::vector<double> const& beta, Vec x);
  /// Mean of the diagonal of J^T W J over the entries of an unknown: the scale of its smoothness weight. Collective.
  double mean_sensitivity(std::size_t unknown);

 private:
  problem::Problem const& problem_;
  equation_error::Candidate& candidate_;
  Validation& validation_;
  std::vector<Field> weights_;
  std::vector<petsc::Vector> projected_;      ///< J^T W n of each draw
  std::vector<petsc::Vector> response_;       ///< -dlam of each draw, the last trial's: first guess of the next
};

}  // namespace mollis::choices
