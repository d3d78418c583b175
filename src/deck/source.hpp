#pragma once
/// The text of a deck as it was read.
#include <string>

namespace mollis::deck {

/// What is read from disk, on one rank.
struct Source {
  std::string path;       ///< as given, for messages
  std::string directory;  ///< absolute, of the deck: relative files start here
  std::string text;
};

}  // namespace mollis::deck
