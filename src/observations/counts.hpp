#pragma once
/// Whether data are what Poisson's noise is of.
#include <algorithm>
#include <cmath>

#include "observations/settings.hpp"

namespace mollis::observations {

/// noise = "poisson": of numbers counted, no gain or offset between them and the data.
inline bool is_poisson(Noise const& noise) {
  auto const* counts = std::get_if<Counts>(&noise);
  return counts != nullptr && counts->gain == 1.0 && counts->offset == 0.0;
}

/// To the rounding of single precision.
inline bool is_count(double value) {
  return value >= 0.0 && std::abs(value - std::round(value)) <= 1e-6 * std::max(1.0, value);
}

constexpr char const* no_counts =
    "noise = \"poisson\" is of numbers counted: write { gain = ..., offset = ... } for a camera's units or the mean of "
    "several counts "
    "(bin), or \"auto\"";

}  // namespace mollis::observations
