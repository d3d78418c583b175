#pragma once
/// Lists that were made on the host, as arrays where kernels read them. Not collective.
#include <algorithm>
#include <string>
#include <vector>

#include "kernels/field.hpp"

namespace mollis::mollifier {

/// A copy of `values`, in their order: doubles as a Field, positions as the tables of kernels/line_patches.hpp.
template <class Value>
Kokkos::View<Value*, Execution::memory_space> on_device(std::vector<Value> const& values) {
  Kokkos::View<Value*, Execution::memory_space> const out(Kokkos::view_alloc(std::string("mollis::list"), Kokkos::WithoutInitializing), values.size());
  auto const host = Kokkos::create_mirror_view(out);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(out, host);
  return out;
}

}  // namespace mollis::mollifier
