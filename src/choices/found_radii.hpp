#pragma once
/// Radii that a search has found, as the numbers that a checkpoint keeps of a step, and back.
#include <vector>

#include "choices/lepski.hpp"

namespace mollis::choices {

struct FoundRadii {
  std::vector<int> rung, narrow;      ///< of the ladder, one a group: those of the fit, those of its validation (or none)
  std::vector<RadiusTrial> trials;    ///< what was tried
};

/// Not collective.
std::vector<double> numbers_of(FoundRadii const& found);
/// Undoes numbers_of; `axes`: of the grid. Not collective.
FoundRadii radii_of(std::vector<double> const& numbers, std::size_t axes);

}  // namespace mollis::choices
