#pragma once
/// What a file does not tell, as comments of a deck that begin with "# ?".
#include <string>

#include "look/lattice.hpp"

namespace mollis::look {

/// Of an axis: whether it is that axis, its spacing, its direction, degrees as lengths, whether it closes (longitudes once around, a year).
std::string question_of(Guess const& axis);

/// Of the axes together: the Laplacian on a sphere in metres where two are in degrees, and a part of the file in place of all. from_file:
/// coordinates are read from the file, and cropped with the data.
std::string question_of(Lattice const& lattice, bool from_file);

/// Of coordinates x and y that are no axes' own, as those of curved grids.
std::string question_of_curves(Survey const& survey);

/// Of values that are missing: gaps, or a domain. part: keys that say which part of the file is read ("order = ...", "at = ...").
std::string question_of_gaps(Survey const& survey, Seen const& seen, std::vector<std::string> const& part);

}  // namespace mollis::look
