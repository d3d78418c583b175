#pragma once
/// The arrays that kernels work on: flat, row-major (last axis fastest), double precision, in the device's memory.
#include <Kokkos_Core.hpp>

#include <cstddef>
#include <string>

#include "kernels/index.hpp"

namespace mollis {

using Execution = Kokkos::DefaultExecutionSpace;
using Field = Kokkos::View<double*, Execution::memory_space>;        ///< a local array on the device
using HostField = Kokkos::View<double*, Kokkos::HostSpace>;          ///< a local array on the host

/// An uninitialised field: every kernel that fills it writes all of it.
inline Field make_field(char const* label, Index size) {
  return Field(Kokkos::view_alloc(std::string(label), Kokkos::WithoutInitializing), static_cast<std::size_t>(size));
}

inline HostField make_host_field(char const* label, Index size) {
  return HostField(Kokkos::view_alloc(std::string(label), Kokkos::WithoutInitializing), static_cast<std::size_t>(size));
}

/// A field on the host: itself where host and device memory are one, else a copy.
inline auto on_host(Field const& field) { return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), field); }

}  // namespace mollis
