#pragma once
/// From the deck's [grid] to a distributed grid.
#include "deck/deck.hpp"
#include "grid/grid.hpp"
#include "observations/refinement.hpp"

namespace mollis::problem {

/// The lattice of the states: axes by points/lower/upper or from a coordinate file, refined, cut as the deck says or automatically.
/// run::Error bad_deck where the deck's decomposition doesn't fit the ranks or the grid; bad_data where coordinates are
/// not increasing. Collective.
grid::Grid make_grid(MPI_Comm comm, deck::Deck const& deck);
/// That of the data alone, for what fits no states: the same, not refined. Collective.
grid::Grid make_data_grid(MPI_Comm comm, deck::Deck const& deck);

/// [grid] refine, an axis each; empty where the data's lattice is that of the states.
observations::Factors factors_of(deck::Grid const& grid);

}  // namespace mollis::problem
