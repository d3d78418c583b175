#include "solver/shells.hpp"

#include <utility>

namespace mollis::solver {

Shells::Shells(MPI_Comm comm, Index local, Operator& op, Preconditioner* preconditioner)
    : operator_(op), preconditioner_(preconditioner) {
  auto const size = static_cast<PetscInt>(local);
  petsc::check(MatCreateShell(comm, size, size, PETSC_DETERMINE, PETSC_DETERMINE, this, matrix_.address()));
  petsc::check(MatShellSetOperation(matrix_, MATOP_MULT, reinterpret_cast<void (*)(void)>(multiply)));
  petsc::check(MatShellSetOperation(matrix_, MATOP_MULT_TRANSPOSE, reinterpret_cast<void (*)(void)>(multiply)));
  petsc::check(MatSetOption(matrix_, MAT_SYMMETRIC, PETSC_TRUE));
}

void Shells::put_preconditioner(KSP ksp) {
  PC pc = nullptr;
  petsc::check(KSPGetPC(ksp, &pc));
  if (preconditioner_ == nullptr) return petsc::check(PCSetType(pc, PCNONE));
  petsc::check(PCSetType(pc, PCSHELL));
  petsc::check(PCShellSetContext(pc, this));
  petsc::check(PCShellSetApply(pc, precondition));
}

void Shells::rethrow() {
  if (kept_) std::rethrow_exception(std::exchange(kept_, nullptr));
}

void Shells::check(PetscErrorCode code) {
  rethrow();
  petsc::check(code);
}

PetscErrorCode Shells::multiply(Mat shell, Vec in, Vec out) {
  void* context = nullptr;
  PetscErrorCode const code = MatShellGetContext(shell, &context);
  if (code != 0) return code;
  auto& self = *static_cast<Shells*>(context);
  return guarded(self.kept_, [&] { self.operator_.apply(in, out); });
}

PetscErrorCode Shells::precondition(PC pc, Vec r, Vec z) {
  void* context = nullptr;
  PetscErrorCode const code = PCShellGetContext(pc, &context);
  if (code != 0) return code;
  auto& self = *static_cast<Shells*>(context);
  return guarded(self.kept_, [&] { self.preconditioner_->apply(r, z); });
}

}  // namespace mollis::solver
