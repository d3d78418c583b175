#pragma once
/// What names of datasets and columns say of axes and units: "x [nm]", "position_mm", "/run1/time (min)".
#include <string>

namespace mollis::look {

/// "t", "z", "y" or "x" of a name that is an axis' own but for a unit, "" of any other. A capital "T" and what has a unit of temperature are no times.
std::string axis_of(std::string const& name);

/// The unit that a name has in brackets, or behind "_" or a blank if it is one of length or time; "" where it has none.
std::string unit_of(std::string const& name);

/// A name without its path, its unit and the blanks before it.
std::string word_of(std::string const& name);

}  // namespace mollis::look
