// The inverse by entries: against what it inverts, with entries that are held, and where rounding makes a matrix indefinite.
#include <gtest/gtest.h>

#include <cmath>

#include "solver/dense_inverse.hpp"

namespace {

using namespace mollis;
using petsc::check;

/// A = T + rank_one w w^T, T = tridiag(-1, 2 + shift, -1) over all entries, w_i = sin(i).
class Matrix final : public solver::Operator {
 public:
  Matrix(PetscInt local, double shift, double rank_one) : rank_one_(rank_one) {
    check(VecCreateMPI(PETSC_COMM_WORLD, local, PETSC_DETERMINE, like_.address()));
    PetscInt low = 0, high = 0, n = 0;
    check(VecGetOwnershipRange(like_, &low, &high));
    check(VecGetSize(like_, &n));
    check(MatCreateAIJ(PETSC_COMM_WORLD, local, local, n, n, 3, nullptr, 2, nullptr, matrix_.address()));
    w_ = petsc::like(like_);
    for (PetscInt i = low; i < high; ++i) {
      for (PetscInt const j : {i - 1, i, i + 1})
        if (j >= 0 && j < n) check(MatSetValue(matrix_, i, j, i == j ? 2.0 + shift : -1.0, INSERT_VALUES));
      check(VecSetValue(w_, i, std::sin(static_cast<double>(i)), INSERT_VALUES));
    }
    check(MatAssemblyBegin(matrix_, MAT_FINAL_ASSEMBLY));
    check(MatAssemblyEnd(matrix_, MAT_FINAL_ASSEMBLY));
    check(VecAssemblyBegin(w_));
    check(VecAssemblyEnd(w_));
  }
  void apply(Vec in, Vec out) override {
    PetscScalar dot = 0.0;
    check(MatMult(matrix_, in, out));
    check(VecDot(w_, in, &dot));
    check(VecAXPY(out, rank_one_ * dot, w_));
  }
  Vec like() const { return like_; }

 private:
  double rank_one_;
  petsc::Vector like_, w_;
  petsc::Matrix matrix_;
};

PetscInt local_size() {
  int rank = 0;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  return rank == 1 ? 0 : 17 + 5 * rank;   // a rank without any
}

petsc::Vector some(Vec like) {
  auto v = petsc::like(like);
  PetscInt low = 0, high = 0;
  check(VecGetOwnershipRange(like, &low, &high));
  for (PetscInt i = low; i < high; ++i) check(VecSetValue(v, i, std::cos(3.0 * static_cast<double>(i)), INSERT_VALUES));
  check(VecAssemblyBegin(v));
  check(VecAssemblyEnd(v));
  return v;
}

double distance(Vec a, Vec b) {
  auto const d = petsc::like(a);
  PetscReal norm = 0.0, size = 0.0;
  check(VecWAXPY(d, -1.0, a, b));
  check(VecNorm(d, NORM_2, &norm));
  check(VecNorm(b, NORM_2, &size));
  return norm / size;
}

TEST(DenseInverse, Inverts) {
  Matrix a(local_size(), 0.1, 1e6);
  solver::DenseInverse inverse(a, a.like(), nullptr);
  auto const x = some(a.like());
  auto const b = petsc::like(x), back = petsc::like(x);
  a.apply(x, b);
  inverse.apply(b, back);
  EXPECT_LT(distance(back, x), 1e-8);
}

/// Entries that are held keep to themselves; the others see the inverse of their own block, not a block of the inverse.
TEST(DenseInverse, OfTheEntriesThatMove) {
  Matrix a(local_size(), 0.1, 2.0);
  auto const moves = petsc::like(a.like());
  check(VecSet(moves, 1.0));
  PetscInt low = 0, high = 0;
  check(VecGetOwnershipRange(moves, &low, &high));
  for (PetscInt i = low; i < high; ++i)
    if (i % 3 == 0) check(VecSetValue(moves, i, 0.0, INSERT_VALUES));
  check(VecAssemblyBegin(moves));
  check(VecAssemblyEnd(moves));
  solver::DenseInverse inverse(a, a.like(), moves);
  auto const x = some(a.like());
  auto const b = petsc::like(x), back = petsc::like(x);
  check(VecPointwiseMult(x, x, moves));
  a.apply(x, b);
  check(VecPointwiseMult(b, b, moves));
  inverse.apply(b, back);
  EXPECT_LT(distance(back, x), 1e-11);
}

/// A singular matrix (rows of ones sum to 0 without its ends) is shifted, not refused: P is finite and positive.
TEST(DenseInverse, ShiftsWhatRoundingMakesIndefinite) {
  Matrix a(local_size(), -1e-17, 1e18);
  solver::DenseInverse inverse(a, a.like(), nullptr);
  auto const r = some(a.like());
  auto const z = petsc::like(r);
  inverse.apply(r, z);
  PetscScalar positive = 0.0;
  check(VecDot(r, z, &positive));
  EXPECT_TRUE(std::isfinite(positive));
  EXPECT_GT(positive, 0.0);
}

}  // namespace
