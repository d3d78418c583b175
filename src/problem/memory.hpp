#pragma once
/// Memory that a run takes, before it runs.
#include "deck/deck.hpp"
#include "equation/system.hpp"
#include "grid/grid.hpp"

namespace mollis::problem {

/// Bytes a grid point that the method of [inversion] holds at its peak, from measured peaks (docs/joint.md).
double bytes_per_point(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system);
/// Likewise for the smoothed states and the derivatives of [mollify].
double bytes_per_point(deck::Deck const& deck);

/// Entries in a row of the smoothness form of a parameter.
double entries_a_row(deck::Parameter const& parameter);

}  // namespace mollis::problem
