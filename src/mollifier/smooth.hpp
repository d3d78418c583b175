#pragma once
/// Smoothed values and derivatives of one array with standard errors.
#include <string>
#include <vector>

#include "kernels/field.hpp"
#include "mollifier/filters.hpp"

namespace mollis::mollifier {

struct Smooth {
  std::string suffix;   ///< axis letters of the derivative, empty for the state itself
  Field values, error;  ///< local box; error: standard deviation of the noise in the value; NaN where undefined
};

/// Of data (local box, NaN in gaps) with white noise of standard deviation sigma. Rows around gaps as make_refit has them.
/// Collective.
std::vector<Smooth> smooth(grid::Grid const& grid, Settings const& settings, Field const& data, double sigma,
                           std::vector<MultiIndex> const& set);

}  // namespace mollis::mollifier
