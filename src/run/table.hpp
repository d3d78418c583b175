#pragma once
/// Small tables: columns of equal length, each with its name.
#include <string>
#include <vector>

#include "run/automatic.hpp"

namespace mollis::run {

using Table = Named<std::vector<double>>;

}  // namespace mollis::run
