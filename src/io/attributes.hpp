#pragma once
/// Attributes of files and datasets.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "io/hdf5.hpp"

namespace mollis::io {

using Attribute = std::variant<std::string, double, Index, std::vector<double>, std::vector<Index>>;
using Attributes = std::vector<std::pair<std::string, Attribute>>;  ///< in the order in which they are written

/// Adds attributes to an open object; text as UTF-8 of any length. By one rank. Throws Hdf5Error.
void write_attributes(hid_t object, Attributes const& attributes);

/// Text of fixed length in ASCII, the only kind that VTK's reader takes. By one rank. Throws Hdf5Error.
void write_ascii_attribute(hid_t object, std::string const& name, std::string const& text);

}  // namespace mollis::io
