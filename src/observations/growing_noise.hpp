#pragma once
/// Noise that grows with the values that it sits on, sigma^2 = (share u)^2 + floor^2, told from noise that is alike everywhere.
#include <optional>

#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "observations/states.hpp"

namespace mollis::observations {

/// What data say of their noise.
struct Growth {
  Proportional law;             ///< the most likely one
  double evidence = 0.0;        ///< its log likelihood over that of noise alike everywhere
  double explained = 0.0;       ///< that over what any function of the level could gain
  double range = 1.0;           ///< sigma at the ninetieth percentile of |u| over that at the tenth
  double other = 1.0;           ///< fourth differences along the smoothest axis, over the law's sigma: 1 for noise, more for what is rough

  static constexpr double least_evidence = 10.0, least_explained = 0.5, least_range = 1.5, most_other = 1.25;
  /// Whether it is noise that grows, and so much that it matters.
  bool found() const { return evidence >= least_evidence && explained >= least_explained && range >= least_range && other <= most_other; }
};

/// What noise_by_level tells; empty where that is. Collective.
std::optional<Growth> growth_of_noise(grid::Grid const& grid, Field const& data);

/// The noise of a state on the grid as a deck would give it, its standard deviation on the whole being `sigma`.
Noise as_given(State const& state, double sigma);

}  // namespace mollis::observations
