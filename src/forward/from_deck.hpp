#pragma once
/// What [forward] of the deck asks for, as functions and problems.
#include "deck/deck.hpp"
#include "deck/problems.hpp"
#include "forward/evolve.hpp"
#include "forward/langevin.hpp"
#include "forward/phase_field.hpp"
#include "forward/plate.hpp"
#include "forward/solve.hpp"

namespace mollis::forward {

/// Adds a problem for every expression of [forward] that cannot be understood and every dataset that would be written
/// twice. A deck::Checker.
void check_expressions(deck::Deck const& deck, deck::Problems& problems);

/// The function that `text`, key `key` of [forward], describes. Names of parameters stand for their truth, names of
/// fields for their value, where these are expressions. Throws run::Error (bad_deck). Not collective.
Function read_function(deck::Deck const& deck, std::string const& key, std::string const& text);

/// The manufactured state of that name; sampling it throws run::Error (bad_deck) where it is not finite.
Function read_state(deck::Deck const& deck, std::string const& state);

/// The steady equation of [forward] with its coefficient, source, boundary and velocity; their values are checked where
/// they are used (finite; a coefficient not 0 in the elliptic form, positive in the divergence form and in time).
/// Throws run::Error (bad_deck).
Problem read_problem(deck::Deck const& deck);

/// The same equation in time, axis t of the deck being the first, from its first frame on. Throws run::Error
/// (bad_deck).
Evolution read_evolution(deck::Deck const& deck, double first_frame);

/// The equation "langevin". Throws run::Error (bad_deck).
Langevin read_langevin(deck::Deck const& deck);

/// The equation "phase-field". Throws run::Error (bad_deck).
PhaseField read_phase_field(deck::Deck const& deck);

/// The equation "plate". Throws run::Error (bad_deck).
Plate read_plate(deck::Deck const& deck);

/// run::Error (bad_deck) unless the axes of space are evenly spaced, PETSc counts their refined points and, for a steady
/// equation, one of them has walls.
void check_grid(deck::Deck const& deck, grid::Grid const& grid);

/// run::Error (bad_deck) where spin_up takes more time steps than any run does.
void check_spin_up(deck::Deck const& deck, grid::Grid const& grid);

/// Bytes a grid point that the states of [forward] take at their peak, the solver's finer grid included.
double bytes_per_point(deck::Deck const& deck);

}  // namespace mollis::forward
