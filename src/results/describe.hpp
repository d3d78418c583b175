#pragma once
/// Lines for the log. Not collective.
#include <string>

#include "deck/deck.hpp"
#include "estimate/estimate.hpp"
#include "estimate/validation.hpp"
#include "grid/grid.hpp"
#include "observations/states.hpp"

namespace mollis::results {

std::string describe(grid::Grid const& grid);
std::string describe(observations::State const& state);
/// What held-out observations say of it.
std::string describe(estimate::Validation const& validation);
/// Why an estimate failed, and what to do.
std::string describe_failure(deck::Deck const& deck, estimate::Estimate const& estimate);

}  // namespace mollis::results
