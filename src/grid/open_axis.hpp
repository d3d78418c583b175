#pragma once

#include "grid/axis.hpp"

namespace mollis::grid {

/// Whether an axis just ends at its ends: neither periodic nor reflected there. Host, not collective.
inline bool is_open(Axis const& axis) { return !axis.periodic && axis.reflection == Reflection::none; }

}  // namespace mollis::grid
