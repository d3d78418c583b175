#pragma once
/// Indices and extents: plain types that every room knows, without Kokkos.
#include <array>
#include <cstdint>

namespace mollis {

using Index = std::int64_t;                  ///< any index or extent, local or global
constexpr int max_axes = 4;                  ///< t, z, y, x
using Extents = std::array<Index, max_axes>; ///< unused leading axes have extent 1; the last is the fastest

}  // namespace mollis
