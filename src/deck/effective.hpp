#pragma once
/// Text from declarations: the reference of all keys, and a deck with everything spelled out.
#include <string>

#include "deck/deck.hpp"

namespace mollis::deck {

/// All sections and keys with type, unit, range, default and help, for `mollis help deck`.
std::string reference();

/// The deck as TOML with every default filled in, files absolute, in the order of the declarations. Reads back as an
/// equal Deck (but for path, text, overrides and places). Automatic picks show once they are written into `deck`.
std::string effective(Deck const& deck);

}  // namespace mollis::deck
