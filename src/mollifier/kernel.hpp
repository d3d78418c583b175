#pragma once
/// The mollifier eta: smooth, compact support |s| < 1.
#include <string>

namespace mollis::mollifier {

struct Kernel {
  enum class Family { bump, polynomial, cosine, gaussian };
  Family family = Family::bump;
  double exponent = 9.0;   ///< of (1 - s^2)^m and of cos(pi s / 2)^m

  /// eta(s), not normalised; 0 for |s| >= 1. bump: exp(-1/(1 - s^2)); gaussian: exp(-s^2 / (2 (1/3)^2)), cut at |s| = 1.
  double operator()(double s) const;
  /// d^order eta / ds^order, order 0 to 6, exact (Taylor arithmetic, no differences).
  double derivative(double s, int order) const;
};

}  // namespace mollis::mollifier
