#pragma once
/// The deck's [equation] compiled, its errors in the deck's own coordinates.
#include <string>
#include <vector>

#include "deck/deck.hpp"
#include "deck/problems.hpp"
#include "equation/system.hpp"

namespace mollis::problem {

/// Axes on which each known field depends, [field][axis].
using Dependence = std::vector<std::vector<bool>>;

/// Fields that depend on all axes: where it is not known better.
Dependence everywhere(deck::Deck const& deck);

/// Adds a problem for every residual, let expression, known field and truth that cannot be understood, with a caret under
/// the place, and where the method cannot serve the equation. A deck::Checker. Reads no file.
void check_expressions(deck::Deck const& deck, deck::Problems& problems);
/// The same for known fields, truths and walls alone, and for walls.
void check_values(deck::Deck const& deck, deck::Problems& problems);
void check_walls(deck::Deck const& deck, deck::Problems& problems);

/// Compiles the residuals, checked before. fields: on which axes each known field depends. run::Error bad_deck.
equation::System compile(deck::Deck const& deck, Dependence const& fields);

}  // namespace mollis::problem
