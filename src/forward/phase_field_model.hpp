#pragma once
/// The chromatin phase field as operators on the points of a series: right-hand side, its derivative, preconditioner.
#include "forward/phase_field.hpp"
#include "forward/series.hpp"

namespace mollis::forward {

/// dphi/dt = R(t, phi) = M lap(f'(phi) - kappa lap phi) + lambda (1 - phi) - (1 + phi), f'(phi) = phi^3 - phi.
class PhaseFieldModel {
 public:
  PhaseFieldModel(Series const& series, PhaseField const& equation);  ///< keeps references

  Series const& series() const { return series_; }

  /// out := R(t, phi). Collective.
  void rate_of_change(double t, Vec phi, Vec out) const;
  /// Fixes t, phi and the shift s of the following two, and the constants of the second. Collective.
  void linearise(double t, Vec phi, double shift);
  /// out := (s - R'(t, phi)) in. Collective.
  void apply_derivative(Vec in, Vec out) const;
  /// out := the inverse of the same with f'' and lambda replaced by constants, in series. Collective.
  void precondition(Vec in, Vec out) const;

 private:
  void set_rate(double t) const;

  Series const& series_;
  PhaseField const& equation_;
  Lattice points_;
  Spectrum potential_, phase_;  ///< work
  petsc::Vector work_;
  mutable std::vector<double> rate_;  ///< lambda at time rate_time_
  mutable bool has_rate_ = false;
  mutable double rate_time_ = 0.0;
  std::vector<double> curvature_;  ///< f''(phi)
  double shift_ = 0.0, mean_curvature_ = 0.0, mean_rate_ = 0.0;
};

}  // namespace mollis::forward
