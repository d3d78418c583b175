#pragma once
/// [inversion] and [joint]: which estimator, and how far it goes.
#include <string>

#include "run/automatic.hpp"
#include "run/place.hpp"

namespace mollis::estimators {

/// [inversion]
struct Settings {
  std::string method = "auto";                         ///< see estimators/methods.hpp
  int reweight = 10;                                   ///< most passes of variance weights
  std::string bias_correction = "auto";                ///< "auto", "on" or "off"
  double tolerance = 1e-10;                            ///< relative, of the linear and Newton solves
  int max_iterations = 50;                             ///< Newton steps
  run::Places places;
};

/// [joint]
struct JointSettings {
  int spline_degree = 7;
  run::Weight penalty = run::Automatic{};              ///< w, weight of the squared residuals
  run::Places places;
};

}  // namespace mollis::estimators
