#pragma once
/// Measurement noise and gaps. Every draw depends on (seed, stream, state, global point) alone, so that synthetic data
/// are the same on any number of ranks.
#include <cstdint>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

struct Moments {
  double mean, deviation;  ///< standard deviation over all points (divided by their number)
};
/// Of all points of the grid. Collective.
Moments moments(grid::Grid const& grid, Field const& state);

/// state + sigma * normal at this rank's points. Not collective.
Field with_noise(grid::Grid const& grid, Field const& state, double sigma, std::uint64_t seed, int which_state);

/// NaN at a random `fraction` of this rank's points, the state elsewhere. Not collective.
Field with_gaps(grid::Grid const& grid, Field const& state, double fraction, std::uint64_t seed, int which_state);

}  // namespace mollis::forward
