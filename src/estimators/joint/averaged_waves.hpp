#pragma once
/// Waves over the extended lattice, in which the averaged Hessian of the states is diagonal: how large the terms of a residual are, and what
/// of a slope dR/dp the states cannot make up for.
#include "estimators/joint/averages.hpp"

namespace mollis::joint {

class AveragedWaves {
 public:
  explicit AveragedWaves(Objective const& objective);  ///< Collective.

  /// kappa, one a term: its mean square symbol over the waves, those where equation and data weigh alike counting most. Collective.
  std::vector<double> sizes_of_terms(Averages const& averages) const;
  /// The coefficients of a field over the grid, 0 beyond it. Collective.
  HostField spectrum_of(Field const& a) const;
  /// sum over all waves of left^T (W^-1 + J D^-1 J^T)^-1 right, one array of coefficients a residual: what of w |a p|^2 no change of the
  /// states can make up for without the data's objecting. Several residuals: the diagonal of J D^-1 J^T. Collective.
  double seen_by_data(Averages const& averages, std::vector<HostField> const& left, std::vector<HostField> const& right) const;

 private:
  Objective const& objective_;
  spectral::SpectralBox whole_;   ///< all axes of the extended lattice transformed
  Symbols symbols_, tilted_;
};

}  // namespace mollis::joint
