#pragma once
/// The pointwise residuals R_k(u, lam) of a system on given data, as a function of the parameters: values, Jacobian,
/// its transpose, noise variances and weights. Data stay fixed; points without a valid residual are masked (0).
#include <vector>

#include "kernels/pointwise.hpp"
#include "residual/feature_bank.hpp"

namespace mollis::residual {

/// How the noise of the data reaches the residuals. Strong form: gram tables of each state's jets. Weak form: fields
/// C_kl = sum_j c_kl(d_j) eta_k eta_l of each pair of term features, c_kl the covariance that noise gives the two terms at a
/// point (equation/unbiased.hpp).
struct NoiseModel {
  struct StateNoise {
    int state;
    double sigma;
    std::vector<int> features;                              ///< positions in System::features, jets of this state
    std::vector<std::array<int, max_axes>> slots;           ///< of each, along the padded axes
    kernels::GramTables gram;
  };
  struct PairVariance {
    int feature_a, feature_b;                               ///< a <= b; counted twice where they differ
    Field covariance;                                       ///< to first order: never negative as a matrix
    Field unbiased;                                         ///< its mean is the covariance; the same field for linear terms
  };
  std::vector<StateNoise> states;                           ///< strong form
  std::vector<PairVariance> pairs;                          ///< weak form
};

class ResidualModel {
 public:
  ResidualModel(parameters::ParameterSpace const& space, equation::System const& system, FeatureBank bank, NoiseModel noise, Field mask);

  equation::System const& system() const { return *system_; }
  parameters::ParameterSpace const& space() const { return *space_; }
  FeatureBank const& bank() const { return bank_; }
  Field const& mask() const { return mask_; }
  NoiseModel const& noise() const { return noise_; }

  /// Puts another array in place of a feature (data that move during a fit). Not collective.
  void set_feature(int feature, Placed array) { bank_.set(feature, std::move(array)); }

  /// Takes new parameters. Collective.
  void move_to(std::vector<Field> const& pieces);

  /// Masks the points where a residual or a partial derivative is not finite (gaps in known fields, log of a negative
  /// number). Not collective.
  void mask_undefined();

  /// R_k, one a residual (local box). Not collective.
  std::vector<Field> residuals() const;
  /// R_k for other operands in place of the bank's (perturbed data). Not collective.
  std::vector<Field> residuals(std::vector<kernels::Operand> const& operands) const;
  /// dR_k/d(parameter feature), in the order of System::by_parameter. Not collective.
  std::vector<Field> parameter_partials() const;
  /// dR_k/d(state or term feature), in the order of System::by_state; those that are the same expression are one array. Not collective.
  std::vector<Field> state_partials() const;

  /// d2R_k/d(state or term feature) d(parameter feature), in the order of System::mixed. Not collective.
  std::vector<Field> mixed_partials() const;

  /// Var R_k at the current parameters (local box, 0 where masked): of nonlinear terms the unbiased estimate, where it is not
  /// below a quarter of the first order's (that of a power n tends to 1/n of it where the state vanishes). Not collective.
  std::vector<Field> variances() const;
  /// sum over parameter features of dR_k/d(feature) D(direction): J times a direction (pieces). Collective.
  std::vector<Field> jacobian(std::vector<Field> const& partials, std::vector<Field> const& direction) const;
  /// W_k = 1 / max(Var R_k, floor), 0 where masked; floor = 1e-6 of the largest variance. Collective.
  std::vector<Field> weights() const;

  /// sum_k (dR_k/d lam)^T [w_k r_k] as pieces (summed over axes, not yet over sharers). Collective.
  std::vector<Field> jacobian_transposed(std::vector<Field> const& partials, std::vector<Field> const& w,
                                         std::vector<Field> const& r) const;

 private:
  /// same: of every output the first that has its values, whose array it shares; empty: each has its own.
  std::vector<Field> evaluate(kernels::Tape const& tape, std::size_t outputs, std::vector<kernels::Operand> const& operands,
                              std::vector<std::size_t> const& same = {}) const;
  void add_state_noise(std::vector<Field> const& partials, int residual, Field const& variance) const;
  void add_pair_noise(std::vector<Field> const& partials, int residual, Field NoiseModel::PairVariance::* which,
                      Field const& variance) const;

  parameters::ParameterSpace const* space_;
  equation::System const* system_;
  FeatureBank bank_;
  NoiseModel noise_;
  Field mask_;
};

}  // namespace mollis::residual
