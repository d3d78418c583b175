#pragma once
/// The keys of [forward] that belong to some equations alone.
#include "deck/readers.hpp"

namespace mollis::deck {

/// Reads conditions, velocity, initial, perturbation, spin_up, steps, mobility and gradient_energy of
/// forward.equation; reports keys that it does not read and, if `needed`, grids that it cannot be solved on.
void read_model(Entry const& entry, Deck const& deck, bool needed, Forward& forward);

}  // namespace mollis::deck
