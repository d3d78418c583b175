// The inverse by a sparse factorisation, of one matrix after the other: entries at the same places, and at others.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "solver/sparse_inverse.hpp"

namespace {

using namespace mollis;
using petsc::check;

/// Diagonal 8 + shift, -1 beside it as far as `reach`.
petsc::Matrix banded(double shift, PetscInt reach) {
  int rank = 0;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  petsc::Matrix matrix;
  check(MatCreateAIJ(PETSC_COMM_WORLD, 20 + rank, 20 + rank, PETSC_DETERMINE, PETSC_DETERMINE, 7, nullptr, 7, nullptr, matrix.address()));
  PetscInt low = 0, high = 0, n = 0;
  check(MatGetOwnershipRange(matrix, &low, &high));
  check(MatGetSize(matrix, &n, nullptr));
  for (PetscInt i = low; i < high; ++i)
    for (PetscInt j = std::max<PetscInt>(i - reach, 0); j <= std::min(i + reach, n - 1); ++j)
      check(MatSetValue(matrix, i, j, i == j ? 8.0 + shift : -1.0, INSERT_VALUES));
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  return matrix;
}

/// |A^-1 A x - x|, x = 1, 1, ...
double error_of(solver::SparseInverse& inverse, Mat matrix) {
  petsc::Vector x, b;
  check(MatCreateVecs(matrix, x.address(), b.address()));
  check(VecSet(x, 1.0));
  check(MatMult(matrix, x, b));
  auto const back = petsc::like(x);
  inverse.apply(b, back);
  check(VecAXPY(back, -1.0, x));
  PetscReal norm = 0.0;
  check(VecNorm(back, NORM_INFINITY, &norm));
  return norm;
}

TEST(SparseInverse, IsRenewed) {
  if (!solver::SparseInverse::is_available(PETSC_COMM_WORLD)) return;   // nothing promises it on several ranks without MUMPS
  for (auto const place : {solver::SparseInverse::Place::copies, solver::SparseInverse::Place::spread}) {
    solver::SparseInverse inverse(banded(0.0, 2), place);
    EXPECT_LT(error_of(inverse, banded(0.0, 2)), 1e-12);
    EXPECT_GT(error_of(inverse, banded(3.0, 2)), 1e-2);
    for (auto const& [shift, reach] : {std::pair{3.0, 2}, {1.0, 2}, {0.5, 3}, {2.0, 1}}) {
      inverse.renew(banded(shift, reach));
      EXPECT_LT(error_of(inverse, banded(shift, reach)), 1e-12) << shift << ' ' << reach;
    }
  }
}

}  // namespace
