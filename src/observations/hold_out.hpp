#pragma once
/// Observations kept from the fit, to check it by: drawn by global index, the same on any number of ranks.
#include "observations/states.hpp"

namespace mollis::observations {

/// 1 at the points that are kept from the fit, else 0 (local box): "points", each by itself; "frames", all points of a time;
/// "blocks", boxes of an eighth of every axis. Frames and blocks to the share as nearly as their number allows, at least one.
/// Frames need an axis t. Not collective.
Field held_out_mask(grid::Grid const& grid, HoldOut const& settings);

/// Moves what was observed there from `data` to `held_out` of every state (walls that are known stay). run::Error bad_data
/// where nothing is left to fit, or nothing held out; bad_deck for scattered points. factors: as of read_states; frames and blocks are
/// those of the data. Collective.
void hold_out(grid::Grid const& grid, HoldOut const& settings, std::vector<State>& states, Factors const& factors = {});

}  // namespace mollis::observations
