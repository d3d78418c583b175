#include "solver/sparse_inverse.hpp"

#include <string>

namespace mollis::solver {
using petsc::check;

namespace {

constexpr double first_shift = 1e-14, last_shift = 1e-4;
constexpr PetscInt metis = 5, work_space = 50;     ///< MUMPS: ordering; per cent more than it foresees

bool is_alone(MPI_Comm comm) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  return ranks == 1;
}

/// The library that factorises, null where there is none.
MatSolverType library(MPI_Comm comm) {
  PetscBool known = PETSC_FALSE, serves = PETSC_FALSE;
  PetscErrorCode (*make)(Mat, MatFactorType, Mat*) = nullptr;
  check(MatSolverTypeGet(MATSOLVERMUMPS, is_alone(comm) ? MATSEQAIJ : MATMPIAIJ, MAT_FACTOR_CHOLESKY, &known, &serves, &make));
  if (make != nullptr) return MATSOLVERMUMPS;
  return is_alone(comm) ? MATSOLVERPETSC : nullptr;
}

/// Pivots that are negative: factors exist, but not of a positive matrix.
PetscInt negative_pivots(Mat factor, MatSolverType by) {
  PetscInt count = 0;
#if defined(PETSC_HAVE_MUMPS)
  if (std::string(by) == MATSOLVERMUMPS) check(MatMumpsGetInfog(factor, 12, &count));
#else
  static_cast<void>(factor), static_cast<void>(by);
#endif
  return count;
}

}  // namespace

bool SparseInverse::is_available(MPI_Comm comm) { return library(comm) != nullptr; }

SparseInverse::SparseInverse(petsc::Matrix matrix) : matrix_(std::move(matrix)) {
  check(MatCreateVecs(matrix_, diagonal_.address(), nullptr));
  check(MatGetDiagonal(matrix_, diagonal_));
  check(MatSetOption(matrix_, MAT_SPD, PETSC_TRUE));
  check(MatSetErrorIfFailure(matrix_, PETSC_FALSE));
  auto const shift = petsc::like(diagonal_);
  double before = 0.0;
  for (double e = 0.0; e <= last_shift && !exists_; e = e > 0.0 ? 10.0 * e : first_shift) {
    check(VecCopy(diagonal_, shift));
    check(VecScale(shift, e - before));
    if (e > 0.0) check(MatDiagonalSet(matrix_, shift, ADD_VALUES));
    before = e;
    exists_ = factorise();
  }
  if (!exists_) factor_ = {};
  matrix_ = {};
}

bool SparseInverse::factorise() {
  MPI_Comm comm = MPI_COMM_NULL;
  check(PetscObjectGetComm(reinterpret_cast<PetscObject>(static_cast<Mat>(matrix_)), &comm));
  MatSolverType const by = library(comm);
  factor_ = {};
  check(MatGetFactor(matrix_, by, MAT_FACTOR_CHOLESKY, factor_.address()));
#if defined(PETSC_HAVE_MUMPS)
  if (std::string(by) == MATSOLVERMUMPS) {
    check(MatMumpsSetIcntl(factor_, 7, metis));
    check(MatMumpsSetIcntl(factor_, 14, work_space));
  }
#endif
  petsc::IndexSet rows, columns;
  check(MatGetOrdering(matrix_, std::string(by) == MATSOLVERMUMPS ? MATORDERINGNATURAL : MATORDERINGND, rows.address(), columns.address()));
  MatFactorInfo info;
  check(MatFactorInfoInitialize(&info));
  info.fill = 5.0;
  check(MatCholeskyFactorSymbolic(factor_, matrix_, rows, &info));
  check(MatCholeskyFactorNumeric(factor_, matrix_, &info));
  MatFactorError error = MAT_FACTOR_NOERROR;
  check(MatFactorGetError(factor_, &error));
  return error == MAT_FACTOR_NOERROR && negative_pivots(factor_, by) == 0;
}

void SparseInverse::apply(Vec r, Vec z) {
  check(exists_ ? MatSolve(factor_, r, z) : VecPointwiseDivide(z, r, diagonal_));
}

}  // namespace mollis::solver
