#pragma once
/// Directions of the constants that no row tells: null vectors of their block of the Hessian, all else held, which are null vectors of H itself.
/// H^-1 is then the pseudo-inverse: right sides lose their part along them, and so do solutions, in variables in which the block has ones on
/// its diagonal. All that the data tell of the other directions stays.
#include <vector>

#include "estimate/linearisation.hpp"
#include "uncertainty/constant_entries.hpp"
#include "uncertainty/directions.hpp"

namespace mollis::uncertainty {

/// From here on of 1 / sqrt(eigenvalue) of the block, scaled to ones on its diagonal, a direction counts as not determined at all.
constexpr double singular = 1e5;

class Undetermined {
 public:
  Undetermined(estimate::Linearisation& linear, parameters::ParameterSpace const& space, ConstantEntries const& constants)
      : linear_(linear), space_(space), constants_(constants) {}
  /// Eigenvectors of the block; worth: 1 / sqrt(eigenvalue). Empty where it is not finite. Collective.
  std::vector<Direction> find();
  bool any() const { return !null_.empty(); }
  /// b := b less its part along them. Collective.
  void take_from_right_side(Vec b) const;
  /// x := x less its part along them. Collective.
  void take_from_solution(Vec x) const;
  /// Infinite variances of the constants that they are made of. Not collective.
  void add_variance(std::vector<double>& covariance) const;

 private:
  void take(Vec v, std::vector<double> const& scale) const;

  estimate::Linearisation& linear_;
  parameters::ParameterSpace const& space_;
  ConstantEntries const& constants_;
  std::vector<double> scale_, inverse_scale_;
  std::vector<std::vector<double>> null_;      ///< of length 1 in scaled variables
  std::vector<Direction> directions_;
};

}  // namespace mollis::uncertainty
