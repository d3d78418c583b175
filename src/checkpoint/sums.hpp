#pragma once
/// Checksums of arrays that do not depend on how they are distributed: sum over the entries of h(bits of the value, global index)
/// modulo 2^64, h the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). A value, or the place of one, that changed shows
/// but for one case in 2^64.
#include <mpi.h>

#include <cstdint>
#include <cstring>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::checkpoint {

using Sum = std::uint64_t;

inline Sum mixed(Sum z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

/// Of `count` values whose global indices are first, first + 1, ...
inline Sum sum_of(double const* values, Index count, Index first) {
  Sum sum = 0;
  for (Index i = 0; i < count; ++i) {
    Sum bits = 0;
    std::memcpy(&bits, values + i, sizeof bits);
    sum += mixed(bits + mixed(0x9e3779b97f4a7c15ull * (static_cast<Sum>(first + i) + 1)));
  }
  return sum;
}

/// Of a whole field, on all ranks of `comm`, which share the grid or grids of the same restriction. Collective.
Sum sum_of(MPI_Comm comm, grid::Grid const& grid, Field const& field);

}  // namespace mollis::checkpoint
