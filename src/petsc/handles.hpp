#pragma once
/// PETSc objects as values: destroyed with their scope; every PETSc error becomes an exception.
#include <petscksp.h>
#include <petsctao.h>

#include <utility>

#include "kernels/field.hpp"

namespace mollis::petsc {

/// Throws std::runtime_error with PETSc's message unless `code` is 0.
void check(PetscErrorCode code);

/// Owner of one PETSc object. Movable, not copyable.
template <class Object, PetscErrorCode (*destroy)(Object*)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(Object object) : object_(object) {}
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() {
    if (object_ != nullptr) destroy(&object_);
  }
  operator Object() const { return object_; }
  Object* address() { return &object_; }  ///< for PETSc's create functions; the handle must be empty
  explicit operator bool() const { return object_ != nullptr; }

 private:
  Object object_ = nullptr;
};

using Vector = Handle<Vec, VecDestroy>;
using Matrix = Handle<Mat, MatDestroy>;
using LinearSolver = Handle<KSP, KSPDestroy>;
using Optimiser = Handle<Tao, TaoDestroy>;
using IndexSet = Handle<IS, ISDestroy>;

/// A vector of `local` entries on this rank. Collective.
Vector make_vector(MPI_Comm comm, Index local);
Vector like(Vec vector);     ///< zeros
Vector copy_of(Vec vector);

/// Whether its norm is finite: no entry is NaN, infinite or so large that its square overflows. Collective.
bool is_finite(Vec vector);

/// vector[offset .. offset + field.size()) := field, and back. Local part; offsets count from this rank's first entry.
void copy_in(Field const& field, Vec vector, Index offset);
void copy_out(Vec vector, Index offset, Field const& field);

}  // namespace mollis::petsc
