#include "petsc/handles.hpp"

#include <cmath>

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
  PetscReal sum = 0.0;
  check(VecNorm(vector, NORM_2, &sum));
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
