#pragma once
/// Where an entry of a deck stands, for errors raised long after parsing.
#include <string>

namespace mollis::run {

/// Line 0: given on the command line; `file` then holds `override "section.key=value"`.
struct Place {
  std::string file, section, key;
  int line = 0, column = 0;
};

/// The line that users see: `PATH:LINE:COLUMN: [section] key: message`, or `override "x.y=z": [section] key: message` for a
/// place that came from the command line.
std::string line(Place const& place, std::string const& message);

}  // namespace mollis::run
