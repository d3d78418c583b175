#pragma once
/// Measurement noise and gaps. Every draw depends on (seed, stream, state, global point) alone, so that synthetic data
/// are the same on any number of ranks.
#include <array>
#include <cstdint>

#include "grid/grid.hpp"

namespace mollis::forward {

/// Philox-4x32-10, a counter-based generator: four random words for a counter and a key (Salmon, Moraes, Dror, Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", SC11).
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Whose draw: one of these per seed, state and purpose.
struct Stream {
  enum class Purpose : std::uint32_t { noise, dropout };
  std::uint64_t seed;
  std::uint32_t state;
  Purpose purpose;
};

/// Uniform in (0, 1), two independent ones a point.
std::array<double, 2> uniform(Stream const& stream, Index point);

/// Standard normal (Box-Muller).
double normal(Stream const& stream, Index point);

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
