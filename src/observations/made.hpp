#pragma once
/// A field from a function on the host.
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::observations {

/// f(i) at entry i of the local box. Not collective.
template <class Function>
Field made(grid::Grid const& grid, char const* name, Function const& f) {
  Field const field = make_field(name, grid.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = f(i);
  Kokkos::deep_copy(field, host);
  return field;
}

}  // namespace mollis::observations
