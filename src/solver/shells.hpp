#pragma once
/// An operator and a preconditioner as PETSc sees them. Exceptions must not pass through PETSc's C code: they are kept here.
#include <exception>

#include "solver/operator.hpp"

namespace mollis::solver {

/// Runs `work`; keeps what it throws and returns an error code of PETSc. Where something is kept already that stays: what `work` throws then only
/// says that PETSc has passed its code on.
template <class Work>
PetscErrorCode guarded(std::exception_ptr& kept, Work&& work) {
  try {
    work();
    return 0;
  } catch (...) {
    if (!kept) kept = std::current_exception();
    return PETSC_ERR_USER;
  }
}

/// Not to be moved while PETSc holds its objects; operator and preconditioner must outlive it.
class Shells {
 public:
  /// `local`: entries on this rank. Collective.
  Shells(MPI_Comm comm, Index local, Operator& op, Preconditioner* preconditioner = nullptr);
  Shells(Shells const&) = delete;
  Shells& operator=(Shells const&) = delete;

  Mat matrix() const { return matrix_; }
  /// Lets a KSP use the preconditioner, or none. Collective.
  void put_preconditioner(KSP ksp);

  std::exception_ptr& kept() { return kept_; }
  /// Throws the kept exception if there is one.
  void rethrow();
  /// The kept exception if there is one, else a petsc::Failure unless `code` is 0.
  void check(PetscErrorCode code);

 private:
  static PetscErrorCode multiply(Mat, Vec in, Vec out);
  static PetscErrorCode precondition(PC, Vec r, Vec z);

  Operator& operator_;
  Preconditioner* preconditioner_;
  petsc::Matrix matrix_;
  std::exception_ptr kept_;
};

}  // namespace mollis::solver
