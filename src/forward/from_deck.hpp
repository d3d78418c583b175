#pragma once
/// What [forward] of the deck asks for, as functions and problems.
#include "deck/deck.hpp"
#include "deck/problems.hpp"
#include "forward/solve.hpp"

namespace mollis::forward {

/// Adds a problem for every expression of [forward] that cannot be understood. A deck::Checker.
void check_expressions(deck::Deck const& deck, deck::Problems& problems);

/// The function that `text`, key `key` of [forward], describes. Names of parameters stand for their truth, names of
/// fields for their value, where these are expressions. Throws run::Error (bad_deck). Not collective.
Function read_function(deck::Deck const& deck, std::string const& key, std::string const& text);

/// The manufactured state of that name; sampling it throws run::Error (bad_deck) where it is not finite.
Function read_state(deck::Deck const& deck, std::string const& state);

/// The equation of [forward] with its coefficient, source and boundary; their values are checked where they are used
/// (finite; a coefficient not 0 in the elliptic form, positive in the divergence form). Throws run::Error (bad_deck).
Problem read_problem(deck::Deck const& deck);

/// run::Error (bad_deck) unless the equation can be solved on the grid: axes z, y, x, evenly spaced, one of them open.
void check_grid(deck::Deck const& deck, grid::Grid const& grid);

}  // namespace mollis::forward
