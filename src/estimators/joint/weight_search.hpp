#pragma once
/// The weight beta of a field at which the evidence is stationary, gamma(beta) = beta <p, L p>, gamma told by the Hessian itself at a weight at a time.
/// What averages think of gamma in between leads past that weight and back again; here each weight follows from those told so far.
#include <array>
#include <optional>

namespace mollis::joint {

class WeightSearch {
 public:
  /// excess = log(gamma / (beta <p, L p>)) at log beta, where all else stands: above 0 the weight is too small.
  void tell(double log_beta, double excess);
  /// log beta where the excess is thought to be 0: between a weight that is too small and one that is too large by regula falsi, the Illinois way; on one
  /// side of it by the secant, at most three times as far as the last move; by MacKay's step from the first. None before any was told.
  std::optional<double> target() const;

  using Numbers = std::array<double, 5>;
  Numbers numbers() const;                       ///< for a checkpoint
  static WeightSearch of(Numbers const& numbers);

 private:
  struct Told {
    double log_beta = 0.0, excess = 0.0;         ///< excess 0: none
  };
  Told last_, other_;                            ///< of the other side, if there is one, else the one before
  double halved_ = 1.0;                          ///< what the other side is believed by
};

}  // namespace mollis::joint
