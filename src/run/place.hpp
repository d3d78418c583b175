#pragma once
/// Where an entry of a deck stands, for errors raised long after parsing.
#include <map>
#include <string>

namespace mollis::run {

/// Line 0: given on the command line; `file` then holds `override "section.key=value"`.
struct Place {
  std::string file, section, key;
  int line = 0, column = 0;
};

inline bool is_override(Place const& place) { return place.line == 0 && !place.file.empty(); }

/// A section, and those of its keys that are written: the first character of texts, the value of anything else.
struct Places {
  Place section;
  std::map<std::string, Place> keys;
  /// Of a key; of the section, in the name of the key, where the key is a default.
  Place of(std::string const& key) const;
};

/// The place of byte `offset` of a text that begins at `place`.
Place within(Place place, std::string const& text, std::size_t offset);

/// The line that users see: `PATH:LINE:COLUMN: [section] key: message`, or `override "x.y=z": [section] key: message` for a
/// place that came from the command line.
std::string line(Place const& place, std::string const& message);

}  // namespace mollis::run
