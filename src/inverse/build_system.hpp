#pragma once
/// The deck's [equation] compiled, its errors in the deck's own coordinates.
#include <string>
#include <vector>

#include "deck/deck.hpp"
#include "equation/system.hpp"

namespace mollis::inverse {

/// Axes on which each known field depends, [field][axis].
using Dependence = std::vector<std::vector<bool>>;

/// One line for every residual, let expression, known field, truth and forward state that cannot be understood:
/// "PATH:LINE:COLUMN: [section] key: message". Reads no file.
std::vector<std::string> expression_errors(deck::Deck const& deck);

/// Compiles the residuals. fields: on which axes each known field depends. run::Error bad_deck.
equation::System build_system(deck::Deck const& deck, Dependence const& fields);

}  // namespace mollis::inverse
