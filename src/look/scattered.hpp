#pragma once
/// A table of values measured at places: which columns, which lattice for the states.
#include <optional>
#include <string>
#include <vector>

#include "look/survey.hpp"

namespace mollis::look {

struct Scattered {
  struct Column {
    std::string axis, column;            ///< axis: "t", "z", "y" or "x"
    double lower = 0.0, upper = 0.0;     ///< what its values span
    Index points = 0;                    ///< of the lattice
  };
  std::vector<Column> axes;              ///< in the order t, z, y, x
  std::string value, sigma;              ///< columns; sigma "" where none is named so
  std::vector<std::string> others;       ///< that may hold the value as well
  Index rows = 0;
};

/// Columns named after axes, with at least one other column of numbers; empty where there are none, or where other columns are
/// those of localisations (frame, uncertainty, intensity, ...). The lattice has about two points along each axis for one of the
/// places, 9 to 65.
std::optional<Scattered> scattered_of(Survey const& survey);

}  // namespace mollis::look
