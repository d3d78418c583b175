#pragma once
/// [parameters.NAME]: what a deck says of an unknown.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "observations/settings.hpp"

namespace mollis::parameters {

struct Settings {
  std::vector<std::string> over;                       ///< axes; none: a constant
  std::optional<double> initial;                       ///< first guess; none: methods start from what the data say, else at first()
  std::optional<double> lower, upper;
  bool log = false;                                    ///< transform = "log": the fit and the smoothness act on the logarithm
  int smoothness_order = 1;
  run::Weight smoothness_weight = run::Automatic{};
  std::optional<observations::Values> truth;           ///< scored only
  run::Places places;

  /// `initial`, else 1, or the bound nearest to it.
  double first() const {
    double const within = std::max(lower.value_or(-HUGE_VAL), std::min(1.0, upper.value_or(HUGE_VAL)));
    return initial.value_or(log && within <= 0.0 ? 1.0 : within);
  }
};

}  // namespace mollis::parameters
