#pragma once
/// Fields given by a function of the global point, the same on any number of ranks.
#include <functional>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::tests {

/// A value in [-1, 1] for every global index: the same on any number of ranks.
inline double noise(Index point, unsigned seed) {
  std::uint64_t h = static_cast<std::uint64_t>(point) * 0x9E3779B97F4A7C15ull + seed * 0xD1B54A32D192ED03ull;
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ull;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBull;
  return static_cast<double>((h ^ (h >> 31)) >> 11) / 4503599627370496.0 - 1.0;
}

/// Global row-major position of each local point.
inline std::vector<Index> global_points(grid::Grid const& grid) {
  grid::Box const& own = grid.owned();
  std::vector<Index> points;
  for (Index p = 0; p < own.size(); ++p) {
    Index rest = p, global = 0, stride = 1;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      global += (own[a].lower + rest % own[a].size()) * stride;
      rest /= own[a].size();
      stride *= grid.axis(a).size();
    }
    points.push_back(global);
  }
  return points;
}

inline Field filled(grid::Grid const& grid, std::function<double(Index)> const& value) {
  Field const field = make_field("test", grid.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  std::size_t p = 0;
  for (Index global : global_points(grid)) host(p++) = value(global);
  Kokkos::deep_copy(field, host);
  return field;
}

}  // namespace mollis::tests
