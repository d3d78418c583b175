#pragma once
/// What was found automatically, written into the deck: it repeats the run without any choice.
#include "deck/deck.hpp"
#include "estimate/estimate.hpp"
#include "problem/problem.hpp"

namespace mollis::results {

/// What is not finite (a fit that broke down) stays as the deck has it. Not collective.
deck::Deck effective(deck::Deck deck, problem::Problem const& problem, estimate::Estimate const& estimate);

}  // namespace mollis::results
