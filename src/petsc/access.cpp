#include "petsc/access.hpp"

namespace mollis::petsc {
namespace {

constexpr bool same_memory = Kokkos::SpaceAccessibility<Kokkos::HostSpace, Field::memory_space>::accessible;
using Unmanaged = Kokkos::View<double*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;

/// Entries of a host array as a field: themselves where the device sees them, else a copy.
Field field_of(double* entries, Index size) {
  if constexpr (same_memory) {
    return Field(entries, static_cast<std::size_t>(size));
  } else {
    Field const copy = make_field("entries", size);
    Kokkos::deep_copy(copy, Unmanaged(entries, static_cast<std::size_t>(size)));
    return copy;
  }
}

}  // namespace

Reading::Reading(Vec vector) : vector_(vector) { check(VecGetArrayRead(vector, &entries_)); }

Reading::~Reading() { VecRestoreArrayRead(vector_, &entries_); }

Field Reading::piece(Index offset, Index size) const {
  return field_of(const_cast<double*>(entries_) + offset, size);  // a field has no read-only form
}

Writing::Writing(Vec vector) : vector_(vector) { check(VecGetArray(vector, &entries_)); }

Writing::~Writing() {
  for (auto const& [offset, field] : copies_)
    Kokkos::deep_copy(Unmanaged(entries_ + offset, field.extent(0)), field);
  VecRestoreArray(vector_, &entries_);
}

Field Writing::piece(Index offset, Index size) {
  Field const field = field_of(entries_ + offset, size);
  if constexpr (!same_memory) copies_.emplace_back(offset, field);
  return field;
}

}  // namespace mollis::petsc
