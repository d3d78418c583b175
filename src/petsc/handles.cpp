#include "petsc/handles.hpp"

#include <cmath>
#include <numeric>

#include "petsc/failure.hpp"

namespace mollis::petsc {

void check(PetscErrorCode code) {
  if (code != 0) throw Failure(code);
}

Vector make_vector(MPI_Comm comm, Index local) {
  Vector vector;
  check(VecCreate(comm, vector.address()));
  check(VecSetSizes(vector, static_cast<PetscInt>(local), PETSC_DETERMINE));
  check(VecSetType(vector, VECSTANDARD));
  return vector;
}

Vector like(Vec vector) {
  Vector copy;
  check(VecDuplicate(vector, copy.address()));
  check(VecSet(copy, 0.0));
  return copy;
}

Vector copy_of(Vec vector) {
  Vector copy;
  check(VecDuplicate(vector, copy.address()));
  check(VecCopy(vector, copy));
  return copy;
}

bool is_finite(Vec vector) {
  PetscScalar const* values = nullptr;
  PetscInt size = 0;
  check(VecGetLocalSize(vector, &size));
  check(VecGetArrayRead(vector, &values));
  double sum = std::inner_product(values, values + size, values, 0.0);  // VecNorm caches, rank by rank
  check(VecRestoreArrayRead(vector, &values));
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, PetscObjectComm(reinterpret_cast<PetscObject>(vector)));
  return std::isfinite(sum);
}

void copy_in(Field const& field, Vec vector, Index offset) {
  auto const host = on_host(field);
  PetscScalar* values = nullptr;
  check(VecGetArray(vector, &values));
  for (std::size_t i = 0; i < host.extent(0); ++i) values[static_cast<std::size_t>(offset) + i] = host(i);
  check(VecRestoreArray(vector, &values));
}

void copy_out(Vec vector, Index offset, Field const& field) {
  PetscScalar const* values = nullptr;
  check(VecGetArrayRead(vector, &values));
  HostField const host(Kokkos::view_alloc(std::string("copy_out"), Kokkos::WithoutInitializing), field.extent(0));
  for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = values[static_cast<std::size_t>(offset) + i];
  check(VecRestoreArrayRead(vector, &values));
  Kokkos::deep_copy(field, host);
}

}  // namespace mollis::petsc
