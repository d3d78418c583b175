#pragma once
/// Ranges of curves over states that the deck leaves to the data.
#include "deck/deck.hpp"
#include "grid/grid.hpp"
#include "run/stage.hpp"

namespace mollis::problem {

/// The deck with a range for every curve: where none is stated, from two standard deviations of the noise above the least datum of the
/// state (in all experiments) to two below the largest; from the least to the largest where noise leaves less than half of that. Reads the data of those states once more. run::Error
/// as of reading them, and bad_data where all of them are alike. Collective.
deck::Deck with_ranges(grid::Grid const& grid, deck::Deck deck, run::Stages& stages);

}  // namespace mollis::problem
