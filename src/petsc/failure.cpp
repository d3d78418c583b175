#include "petsc/failure.hpp"

#include <fmt/format.h>

namespace mollis::petsc {
namespace {

std::string text_of(PetscErrorCode code) {
  char const* text = nullptr;
  PetscErrorMessage(code, &text, nullptr);
  return fmt::format("PETSc error {}: {}", static_cast<int>(code), text != nullptr ? text : "unknown");
}

}  // namespace

Failure::Failure(PetscErrorCode code) : std::runtime_error(text_of(code)), code_(code) {}

PetscErrorCode keep_message(MPI_Comm, int, char const*, char const*, PetscErrorCode code, PetscErrorType type,
                            char const* message, void* kept) {
  if (type == PETSC_ERROR_INITIAL && message != nullptr) *static_cast<std::string*>(kept) = message;
  return code;
}

}  // namespace mollis::petsc
