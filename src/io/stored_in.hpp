#pragma once
/// Where the values of a dataset really are.
#include <string>
#include <vector>

namespace mollis::io {

/// The files besides `file` itself that hold values of its dataset: behind an external link on the way to it, the sources
/// of a virtual dataset, files of raw values. None where it cannot be opened. By one rank.
std::vector<std::string> stored_in(std::string const& file, std::string const& dataset);

}  // namespace mollis::io
