#pragma once
/// The files that a deck names.
#include <string>
#include <vector>

#include "deck/deck.hpp"

namespace mollis::deck {

struct InputFile {
  std::string file, key;              ///< key: who names it, "[observations.u] file"
  std::vector<std::string> datasets;  ///< of it that are read
};

/// Those of coordinates, known fields and truths, and of the observations where these are read (`mollis forward` writes
/// them instead).
std::vector<InputFile> input_files(Deck const& deck, bool observations = true);

}  // namespace mollis::deck
