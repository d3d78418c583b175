#pragma once
/// Lines for the log. Not collective.
#include <string>

#include "deck/deck.hpp"
#include "estimate/estimate.hpp"
#include "grid/grid.hpp"
#include "observations/states.hpp"

namespace mollis::results {

std::string describe(grid::Grid const& grid);
std::string describe(observations::State const& state);
/// Why an estimate failed, and what to do.
std::string describe_failure(deck::Deck const& deck, estimate::Estimate const& estimate);

}  // namespace mollis::results
