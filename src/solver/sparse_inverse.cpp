#include "solver/sparse_inverse.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace mollis::solver {
using petsc::check;

namespace {

constexpr double first_shift = 1e-14, last_shift = 1e-4;
constexpr PetscInt metis = 5;  ///< MUMPS: ordering

bool is_alone(MPI_Comm comm) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  return ranks == 1;
}

/// PETSc's own communicator of an object: it lives no longer than the last object on it.
MPI_Comm comm_of(Mat matrix) { return PetscObjectComm(reinterpret_cast<PetscObject>(matrix)); }
MPI_Comm comm_of(Vec vector) { return PetscObjectComm(reinterpret_cast<PetscObject>(vector)); }

/// The library that factorises, null where there is none.
MatSolverType library(MPI_Comm comm) {
  PetscBool known = PETSC_FALSE, serves = PETSC_FALSE;
  PetscErrorCode (*make)(Mat, MatFactorType, Mat*) = nullptr;
  check(MatInitializePackage());   // libraries are known from then on
  check(MatSolverTypeGet(MATSOLVERMUMPS, is_alone(comm) ? MATSEQAIJ : MATMPIAIJ, MAT_FACTOR_CHOLESKY, &known, &serves,
                         &make));
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

std::optional<double> log_determinant_of(Mat factor, MatSolverType by) {
#if defined(PETSC_HAVE_MUMPS)
  if (std::string(by) == MATSOLVERMUMPS) {
    PetscReal mantissa = 0.0;
    PetscInt exponent = 0;
    check(MatMumpsGetRinfog(factor, 12, &mantissa));
    check(MatMumpsGetInfog(factor, 34, &exponent));
    if (mantissa > 0.0) return std::log(mantissa) + static_cast<double>(exponent) * std::log(2.0);
  }
#else
  static_cast<void>(factor), static_cast<void>(by);
#endif
  return {};
}

}  // namespace

bool SparseInverse::is_available(MPI_Comm comm) { return library(comm) != nullptr; }

/// A copy of the whole on every rank.
void SparseInverse::gather(petsc::Matrix matrix) {
  MPI_Comm const comm = comm_of(static_cast<Mat>(matrix));
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  matrix_ = {};
  check(MatCreateRedundantMatrix(matrix, ranks, MPI_COMM_NULL, MAT_INITIAL_MATRIX, matrix_.address()));
  PetscInt local = 0;
  check(MatGetLocalSize(matrix, &local, nullptr));
  int const own = static_cast<int>(local);
  counts_.resize(static_cast<std::size_t>(ranks));
  starts_.resize(counts_.size());
  MPI_Allgather(&own, 1, MPI_INT, counts_.data(), 1, MPI_INT, comm);
  std::exclusive_scan(counts_.begin(), counts_.end(), starts_.begin(), 0);
  if (!whole_r_) check(MatCreateVecs(matrix_, whole_r_.address(), whole_z_.address()));
}

SparseInverse::SparseInverse(petsc::Matrix matrix, Place place) : place_(place) { take(std::move(matrix)); }

void SparseInverse::renew(petsc::Matrix matrix) { take(std::move(matrix)); }

void SparseInverse::take(petsc::Matrix matrix) {
  PetscInt rows = 0;
  check(MatGetSize(matrix, &rows, nullptr));
  if (place_ == Place::spread || rows > small || is_alone(comm_of(static_cast<Mat>(matrix))))
    matrix_ = std::move(matrix);
  else
    gather(std::move(matrix));
  MatInfo entries;
  check(MatGetInfo(matrix_, MAT_GLOBAL_SUM, &entries));
  if (entries.nz_used != entries_) factor_ = {};
  entries_ = entries.nz_used;
  diagonal_ = {};
  check(MatCreateVecs(matrix_, diagonal_.address(), nullptr));
  check(MatGetDiagonal(matrix_, diagonal_));
  check(MatSetOption(matrix_, MAT_SPD, PETSC_TRUE));
  check(MatSetErrorIfFailure(matrix_, PETSC_FALSE));
  auto const shift = petsc::like(diagonal_);
  double before = 0.0;
  exists_ = false;
  log_determinant_.reset();
  for (double e = 0.0; e <= last_shift && !exists_; e = e > 0.0 ? 10.0 * e : first_shift) {
    check(VecCopy(diagonal_, shift));
    check(VecScale(shift, e - before));
    if (e > 0.0) check(MatDiagonalSet(matrix_, shift, ADD_VALUES));
    before = e;
    exists_ = factorise();
    if (exists_ && e == 0.0) log_determinant_ = log_determinant_of(factor_, library(comm_of(static_cast<Mat>(matrix_))));
  }
  if (!exists_) factor_ = {};
  matrix_ = {};
}

/// Order and places of the factor's entries: of a library's most of the work for small matrices, and the same for all that have their
/// entries at the same places.
void SparseInverse::analyse(MatSolverType by) {
  check(MatGetFactor(matrix_, by, MAT_FACTOR_CHOLESKY, factor_.address()));
#if defined(PETSC_HAVE_MUMPS)
  if (std::string(by) == MATSOLVERMUMPS) {
    check(MatMumpsSetIcntl(factor_, 7, metis));
    check(MatMumpsSetIcntl(factor_, 14, work_space));
    check(MatMumpsSetIcntl(factor_, 33, 1));  // and the determinant
  }
#endif
  petsc::IndexSet rows, columns;
  check(MatGetOrdering(matrix_, std::string(by) == MATSOLVERMUMPS ? MATORDERINGNATURAL : MATORDERINGND, rows.address(),
                       columns.address()));
  MatFactorInfo info;
  check(MatFactorInfoInitialize(&info));
  info.fill = 5.0;
  check(MatCholeskyFactorSymbolic(factor_, matrix_, rows, &info));
}

bool SparseInverse::factorise() {
  MatSolverType const by = library(comm_of(static_cast<Mat>(matrix_)));
  if (!factor_) analyse(by);
  MatFactorInfo info;
  check(MatFactorInfoInitialize(&info));
  check(MatCholeskyFactorNumeric(factor_, matrix_, &info));
  MatFactorError error = MAT_FACTOR_NOERROR;
  check(MatFactorGetError(factor_, &error));
  return error == MAT_FACTOR_NOERROR && negative_pivots(factor_, by) == 0;
}

void SparseInverse::apply(Vec r, Vec z) {
  auto const solve = [&](Vec from, Vec to) {
    check(exists_ ? MatSolve(factor_, from, to) : VecPointwiseDivide(to, from, diagonal_));
  };
  if (counts_.empty()) return solve(r, z);
  int rank = 0;
  MPI_Comm_rank(comm_of(r), &rank);
  auto const own = static_cast<std::size_t>(rank);
  PetscScalar const* from = nullptr;
  PetscScalar* to = nullptr;
  check(VecGetArrayRead(r, &from));
  check(VecGetArray(whole_r_, &to));
  MPI_Allgatherv(from, counts_[own], MPI_DOUBLE, to, counts_.data(), starts_.data(), MPI_DOUBLE, comm_of(r));
  check(VecRestoreArray(whole_r_, &to));
  check(VecRestoreArrayRead(r, &from));
  solve(whole_r_, whole_z_);
  check(VecGetArrayRead(whole_z_, &from));
  check(VecGetArray(z, &to));
  std::copy(from + starts_[own], from + starts_[own] + counts_[own], to);
  check(VecRestoreArray(z, &to));
  check(VecRestoreArrayRead(whole_z_, &from));
}

}  // namespace mollis::solver
