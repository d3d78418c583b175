#pragma once
/// A table of places as localisations on a grid: which columns, which units, which cells.
#include <string>
#include <vector>

#include "look/survey.hpp"

namespace mollis::look {

/// A column of coordinates: "x", "x [nm]", "y (um)", ...
struct Places {
  std::string axis, column, unit;        ///< unit: as the column's name has it, nm turned to um; "" where it has none
  double scale = 1.0;                    ///< of the column, to that unit
  double lower = 0.0, upper = 0.0;       ///< of the axis
  Index points = 0;
};

/// The columns in the order z, y, x with a grid whose cells hold ten rows on average; none where x and y are not both there and vary, or
/// rows are too few for nine cells along each axis.
std::vector<Places> places_of(Survey const& survey);

}  // namespace mollis::look
