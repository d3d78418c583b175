#pragma once
/// [parameters.NAME]: what a deck says of an unknown.
#include <optional>
#include <string>
#include <vector>

#include "observations/settings.hpp"

namespace mollis::parameters {

struct Settings {
  std::vector<std::string> over;                       ///< axes; none: a constant
  double initial = 1.0;
  std::optional<double> lower, upper;
  bool log = false;                                    ///< transform = "log": the fit and the smoothness act on the logarithm
  int smoothness_order = 1;
  run::Weight smoothness_weight = run::Automatic{};
  std::optional<observations::Values> truth;           ///< scored only
  run::Places places;
};

}  // namespace mollis::parameters
