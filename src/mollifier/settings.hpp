#pragma once
/// [mollifier]: kernel, radii and degree of the line filters.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernels/index.hpp"
#include "run/place.hpp"

namespace mollis::mollifier {

/// Radius along an axis: for each derivative order that is named, or for all (order -1).
using AxisRadius = std::map<int, Index>;
using RadiusByAxis = std::map<std::string, AxisRadius>;

/// Radii that vary over the domain: a ladder of them, narrowest first, and which rung serves each point. 2.25: three quarters of
/// what rung 2 gives and a quarter of what rung 3 does.
struct RadiusMap {
  std::vector<RadiusByAxis> rungs;  ///< empty: no map
  std::vector<double> level;        ///< of each local point, in [0, rungs - 1]
};

struct Settings {
  std::string kernel = "bump";                         ///< weak form: "polynomial" unless the deck names one (automatic())
  double exponent = 9.0;
  bool automatic = true;                               ///< radius = "auto" or "adaptive", not chosen yet
  bool adaptive = false;                               ///< radius = "adaptive"
  RadiusByAxis radius;                                 ///< axis -> radii [cells]; empty where automatic; of a map: at its median level
  RadiusMap map;                                       ///< where adaptive and chosen
  int degree = 4;
  std::string filter = "moment";                       ///< "moment" or "analytic" (weak form: always analytic)
  run::Places places;                                  ///< "form": of [equation]
};

/// Where nothing is said. In the weak form derivatives of the kernel are sampled, which those of "polynomial" stand best.
inline Settings automatic(bool weak, run::Places places = {}) {
  Settings settings;
  if (weak) settings.kernel = "polynomial";
  settings.places = std::move(places);
  return settings;
}

}  // namespace mollis::mollifier
