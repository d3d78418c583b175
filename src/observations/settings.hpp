#pragma once
/// What a deck says of observations and known values.
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "run/automatic.hpp"
#include "run/place.hpp"

namespace mollis::observations {

using Noise = std::variant<run::Automatic, double, run::Relative>;  ///< standard deviation, in the unit of the data

/// Values on the grid: an expression of coordinates (numbers included) or a dataset.
struct Values {
  std::string expression;                              ///< empty where file/dataset are given
  std::string file, dataset;                           ///< file made absolute (relative to the deck)
  run::Place place;
};

/// Known values of a state where an axis ends.
struct Wall {
  std::string axis;
  bool lower = true, upper = true;                     ///< which ends
  Values values;                                       ///< an expression of coordinates
};

/// [observations.STATE]
struct Settings {
  std::string file, dataset;                           ///< file absolute
  Noise noise = run::Automatic{};
  double about = 0.0;                                  ///< the value about which odd axes reflect
  std::vector<Wall> walls;
  run::Places places;
};

/// [validation]: observations kept from the fit, to check it by.
struct HoldOut {
  double share = 0.0;                                  ///< 0: none
  std::string what = "blocks";                         ///< "points", "blocks" or "frames"
  std::uint64_t seed = 1;
  run::Places places;
};

}  // namespace mollis::observations
