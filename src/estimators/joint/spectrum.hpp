#pragma once
/// What the data tell about each parameter, wave by wave, read off the averaged Hessian: no probes, no solves.
///
/// In a basis of waves over the grid, with K_ks = E|sum_f P_kf D^f|^2 the mean square symbol of residual k in state s and
/// |S|^2 that of the mollifier, noise of standard deviation sigma puts n_k = sum_s sigma_s^2 K_ks / |S|^2 of variance into
/// the residual. A wave of parameter p is then known with information
///   i = sum_k sum_m P_k(m) / (1/w_k + n_k(m)),
/// m over the waves along the axes that p has not, P_k(m) the power of dR_k/dp there (all axes: P_k = E (dR_k/dp)^2).
#include "estimators/joint/averages.hpp"
#include "estimators/joint/waves_along.hpp"

namespace mollis::joint {

class Spectrum {
 public:
  explicit Spectrum(Objective const& objective);  ///< Collective.

  /// Takes the objective's last linearise(). Collective.
  void update(Objective& objective);

  /// Degrees of freedom of a parameter: sum over waves with L > 0 of i / (i + beta L), less what L leaves free, times Objective::told.
  /// w: equation weights; empty: without limit. No fewer than `least_freedom`. Collective.
  static constexpr double least_freedom = 0.1;
  double freedom(std::size_t unknown, double beta, std::vector<double> const& w) const;
  /// Rank of L of a parameter: entries less the dimension of what it leaves free. Not collective.
  double rank(std::size_t unknown) const {
    return static_cast<double>(unknowns_[unknown].entries - 1) - unknowns_[unknown].free;
  }
  /// beta at which freedom(unknown, beta, {}) is `target`, but leaves averages no more than half of the rank where that is more. Collective.
  double beta_for(std::size_t unknown, double target) const;
  /// Standard deviation, root mean square over the points, that a field of `target` degrees of freedom would have. Collective.
  double deviation_at(std::size_t unknown, double target) const;
  /// Equation weights c / n_k, n_k its geometric mean over the waves at the parameters' cut-off (i = beta L), for constants over
  /// those that what multiplies them is made of. Collective.
  std::vector<double> equation_weights(std::vector<double> const& beta, double c) const;
  /// Trace of the map from data to mollified states, all parameters adapting. Collective.
  double data_freedom(std::vector<double> const& beta, std::vector<double> const& w) const;
  /// Frees all that the next update() makes again; to come before anything else is asked for. Not collective.
  void set_down();

 private:
  void put_unobserved(Objective const& objective, Averages const& averages, Index wave);
  std::size_t at(std::size_t residual, std::size_t state, Index wave) const {
    return (residual * states_ + state) * static_cast<std::size_t>(count_) + static_cast<std::size_t>(wave);
  }
  double& noise(std::size_t residual, std::size_t state, Index wave) { return noise_[at(residual, state, wave)]; }
  double noise_of(std::size_t residual, Index wave) const;
  struct Unknown {
    Index entries;
    bool field;                              ///< over all axes
    std::vector<int> axes, missing;
    WavesAlong along, across;                ///< along its own axes, along those that it has not
    int order;
    double free;                             ///< waves beside the constant that L leaves free
    std::vector<double> smoothness;          ///< symbol of L, of this rank's waves along its axes
    std::vector<HostField> power;            ///< of each residual, over this rank's waves across; E a^2 alone of a field
  };
  std::size_t own_wave(Unknown const& unknown, std::size_t local) const;       ///< in its smoothness
  std::size_t missing_wave(Unknown const& unknown, std::size_t local) const;   ///< in its power
  std::vector<double> information(std::size_t unknown, std::vector<double> const& w) const;
  std::vector<double> symbol_of_smoothness(Unknown const& unknown) const;
  double over_ranks(double value) const;
  double over_waves(Unknown const& unknown, double value) const;

  grid::Grid grid_;
  Symbols symbols_;
  Symbols::Angles angles_;
  grid::Box waves_;                          ///< of this rank, all ranks' tile the whole
  Index count_ = 0;                          ///< of them
  std::vector<Unknown> unknowns_;
  std::vector<double> told_;                 ///< factors on the degrees of freedom, of the objective
  std::size_t residuals_ = 0, states_ = 0;
  HostField noise_;                          ///< [residual][state][local wave]: sigma^2 K / |S|^2
  bool unobserved_ = false;                   ///< some state was not observed
};

}  // namespace mollis::joint
