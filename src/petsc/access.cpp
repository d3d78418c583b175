#include "petsc/access.hpp"

#include <cstring>

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

std::uint64_t fingerprint(Vec vector) {
  PetscScalar const* entries = nullptr;
  PetscInt size = 0;
  check(VecGetLocalSize(vector, &size));
  check(VecGetArrayRead(vector, &entries));
  std::uint64_t hash = 0x9E3779B97F4A7C15ull;
  for (PetscInt i = 0; i < size; ++i) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, entries + i, sizeof bits);
    hash = (hash ^ bits) * 0xD1B54A32D192ED03ull;
    hash ^= hash >> 29;
  }
  check(VecRestoreArrayRead(vector, &entries));
  return hash;
}

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

void touch(Vec vector) { Writing const touched(vector); }

}  // namespace mollis::petsc
