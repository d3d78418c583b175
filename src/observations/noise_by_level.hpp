#pragma once
/// The variance of noise where the signal is small, where it is larger, and so on: what laws of noise are held against.
#include <functional>
#include <optional>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::observations {

/// The signal, roughly: planes through five points along each axis that has them; a datum itself beside gaps. Collective.
Field levels_of(grid::Grid const& grid, Field const& data);

/// Data whose levels u are alike in size.
struct Part {
  double level = 0.0;     ///< mean of |u|
  double square = 0.0;    ///< mean of u^2
  double variance = 0.0;  ///< of the noise there
  double freedom = 0.0;   ///< what its differences are worth
};

struct ByLevel {
  std::vector<Part> parts;              ///< by rising level
  double tenth = 0.0, ninetieth = 0.0;  ///< percentiles of |u|
};

/// Differences that hardly any signal passes (fourth ones along each of two axes, eighth ones along a single one) are sorted by the
/// size of the level they stand on into 4 to 16 equal parts; the robust variance of each (median, then the mean square within three
/// of it) has as many degrees of freedom as its differences are worth, which overlap. Empty where these are fewer than 128 in all, or a
/// part has no noise. Collective.
std::optional<ByLevel> noise_by_level(grid::Grid const& grid, Field const& data);

/// The noise's deviation at each datum, that of the data whose levels are alike: by plain fourth differences along the axis where they are
/// least, so that one outlier among ten data is in half of them at most. Data without a level have that of the highest. Collective.
Field deviations_by_level(grid::Grid const& grid, Field const& data);

/// Log likelihood of variances scale w_k of the parts, at the most likely scale, which is given back.
double likelihood(std::vector<Part> const& parts, std::vector<double> const& w, double& scale);

/// That of any function of the level: the parts' own variances.
double likelihood_of_any(std::vector<Part> const& parts);

/// Plain fourth differences over sigma(|u|), their deviation along the axis where that is least: 1 for noise, more for what is rough. Collective.
double along_smoothest_axis(grid::Grid const& grid, Field const& data, std::function<double(double)> const& sigma);

}  // namespace mollis::observations
