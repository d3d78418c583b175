#pragma once
/// [mollifier]: kernel, radii and degree of the line filters.
#include <map>
#include <string>

#include "kernels/index.hpp"
#include "run/place.hpp"

namespace mollis::mollifier {

/// Radius along an axis: for each derivative order that is named, or for all (order -1).
using AxisRadius = std::map<int, Index>;

struct Settings {
  std::string kernel = "bump";                         ///< weak form: "polynomial" unless the deck names one
  double exponent = 9.0;
  bool automatic = true;                               ///< radius = "auto"
  std::map<std::string, AxisRadius> radius;            ///< axis -> radii [cells]; empty where automatic
  int degree = 4;
  std::string filter = "moment";                       ///< "moment" or "analytic" (weak form: always analytic)
  run::Places places;                                  ///< "form": of [equation]
};

}  // namespace mollis::mollifier
