#pragma once
/// Random numbers that depend on (seed, stream, state, global point) alone, so that they are the same on any number of
/// ranks.
#include <array>
#include <cstdint>

#include "kernels/field.hpp"

namespace mollis::random {

/// Philox-4x32-10, a counter-based generator: four random words for a counter and a key (Salmon, Moraes, Dror, Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", SC11).
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Whose draw: one of these per seed, state and purpose.
struct Stream {
  enum class Purpose : std::uint32_t { noise, dropout, initial, data, equation, prior, roughness, hold_out, events, bend };
  std::uint64_t seed;
  std::uint32_t state;
  Purpose purpose;
};

/// Uniform in (0, 1), two independent ones a point.
std::array<double, 2> uniform(Stream const& stream, Index point);

/// Standard normal (Box-Muller).
double normal(Stream const& stream, Index point);

}  // namespace mollis::random
