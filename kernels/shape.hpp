#pragma once
/// Extents and strides as kernels hold them. Device code must not index std::array: its operators are the host's, and where
/// nvcc lets that pass with a warning it leaves the kernel empty.
#include <Kokkos_Core.hpp>

#include "kernels/index.hpp"

namespace mollis::kernels {

using Shape = Kokkos::Array<Index, max_axes>;  ///< one entry an axis, as in Extents

inline Shape shape(Extents const& extents) { return {{extents[0], extents[1], extents[2], extents[3]}}; }

}  // namespace mollis::kernels
