#pragma once
/// The local entries of a PETSc vector as fields of the kernels: no copy where the memory spaces agree.
#include <cstdint>
#include <vector>

#include "kernels/field.hpp"
#include "petsc/handles.hpp"

namespace mollis::petsc {

/// Reads entries while it lives. Not collective.
class Reading {
 public:
  explicit Reading(Vec vector);
  ~Reading();
  Reading(Reading const&) = delete;
  Reading& operator=(Reading const&) = delete;
  /// Entries [offset, offset + size) of this rank. Not to be written.
  Field piece(Index offset, Index size) const;

 private:
  Vec vector_;
  PetscScalar const* entries_ = nullptr;
};

/// A number that this rank's entries give: others give another, but by a chance of 2^-64. Not collective.
std::uint64_t fingerprint(Vec vector);

/// Writes entries: what a piece holds is in the vector once this object is gone. Pieces begin with the vector's values.
class Writing {
 public:
  explicit Writing(Vec vector);
  ~Writing();
  Writing(Writing const&) = delete;
  Writing& operator=(Writing const&) = delete;
  Field piece(Index offset, Index size);

 private:
  Vec vector_;
  PetscScalar* entries_ = nullptr;
  std::vector<std::pair<Index, Field>> copies_;   ///< of devices' memory
};

/// For ranks that have written nothing of what others have: PETSc keeps norms of entries that have not changed, rank by rank, and
/// ranks that differ in what they keep part ways in its solvers. Not collective, but all ranks must call it.
void touch(Vec vector);

}  // namespace mollis::petsc
