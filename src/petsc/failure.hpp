#pragma once
/// Errors of PETSc, with what it says about them.
#include <petscsys.h>

#include <stdexcept>
#include <string>

namespace mollis::petsc {

/// A failed call of PETSc, thrown by check() where it failed. what(): PETSc's own words for the code.
class Failure : public std::runtime_error {
 public:
  explicit Failure(PetscErrorCode code);
  PetscErrorCode code() const { return code_; }

 private:
  PetscErrorCode code_;
};

/// An error handler (PetscPushErrorHandler with a std::string as context) that keeps the message and prints nothing.
PetscErrorCode keep_message(MPI_Comm comm, int line, char const* function, char const* file, PetscErrorCode code,
                            PetscErrorType type, char const* message, void* kept);

}  // namespace mollis::petsc
