#pragma once
/// What a deck says of observations and known values.
#include <map>
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

enum class Kind { grid, points };

/// [observations.STATE]
struct Settings {
  Kind kind = Kind::grid;
  std::string file, dataset;                           ///< file absolute; points: dataset empty
  std::map<std::string, std::string> columns;          ///< points: the column of each axis, of "value" and, if any, "sigma"
  Noise noise = run::Automatic{};
  double about = 0.0;                                  ///< the value about which odd axes reflect
  std::vector<Wall> walls;
  run::Places places;
};

}  // namespace mollis::observations
