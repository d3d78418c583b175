#pragma once
/// Whether the axes are long enough for what is done along them.
#include "deck/deck.hpp"
#include "equation/system.hpp"
#include "grid/grid.hpp"

namespace mollis::problem {

/// Difference stencils of differentiated parameters, splines of the states, filters of radii that the deck gives. Throws
/// run::Error (bad_deck). Not collective, the same on all ranks.
void check_lengths(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system);

}  // namespace mollis::problem
