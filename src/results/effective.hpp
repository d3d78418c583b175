#pragma once
/// What was found automatically, written into the deck: it repeats the run without any choice.
#include "deck/deck.hpp"
#include "estimate/estimate.hpp"

namespace mollis::results {

/// Not collective.
deck::Deck effective(deck::Deck deck, std::string const& method, estimate::Estimate const& estimate);

}  // namespace mollis::results
