#pragma once
/// TOML text from values. For rooms behind this one, which do without toml++: nvcc cannot read it.
#include <string>

namespace mollis::deck {

std::string quote(std::string const& text);  ///< as a TOML string
std::string number(double value);            ///< as a TOML float, the shortest text that reads back the same

}  // namespace mollis::deck
