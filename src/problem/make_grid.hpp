#pragma once
/// From the deck's [grid] to a distributed grid.
#include "deck/deck.hpp"
#include "grid/grid.hpp"

namespace mollis::problem {

/// Axes by points/lower/upper or from a coordinate file, cut as the deck says or automatically.
/// run::Error bad_deck where the deck's decomposition doesn't fit the ranks or the grid; bad_data where coordinates are
/// not increasing. Collective.
grid::Grid make_grid(MPI_Comm comm, deck::Deck const& deck);

}  // namespace mollis::problem
