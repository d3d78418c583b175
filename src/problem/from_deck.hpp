#pragma once
/// From the deck to the problem: the last place that sees both.
#include "deck/deck.hpp"
#include "problem/finer.hpp"
#include "problem/problem.hpp"

namespace mollis::problem {

/// [mollifier], [inversion] and [joint].
Settings settings_of(deck::Deck const& deck);

/// Reads observations and known fields and compiles the equation. run::Error: bad_deck, missing_input, bad_data. Collective on
/// the grid's communicator.
Problem from_deck(grid::Grid const& grid, deck::Deck const& deck, run::Progress& progress);
/// The same with these observations. Collective.
Problem from_deck(grid::Grid const& grid, deck::Deck const& deck, std::vector<observations::State> states, run::Progress& progress);

/// Of the problem of this deck, the ranges of its curves known. `progress` is used by what is made. Collective.
Finer finer_of(Problem const& problem, deck::Deck const& deck, run::Progress& progress);

}  // namespace mollis::problem
