// Conjugate gradients whose directions stay orthogonal end after as many iterations as there are eigenvalues; without, rounding makes them many more.
#include <gtest/gtest.h>

#include <cmath>

#include "solver/conjugate_gradients.hpp"

namespace {

using namespace mollis;
using petsc::check;

constexpr int eigenvalues = 40;
constexpr double decades = 6.0;  // at 10 one pass of Gram-Schmidt, which is what PETSc takes, no longer suffices

/// Diagonal, its eigenvalues evenly spread in logarithm, each met several times.
class Diagonal final : public solver::Operator {
 public:
  explicit Diagonal(Vec like) : values_(petsc::like(like)) {
    PetscInt low = 0, high = 0;
    check(VecGetOwnershipRange(like, &low, &high));
    for (PetscInt i = low; i < high; ++i)
      check(VecSetValue(values_, i, std::pow(10.0, decades * (i % eigenvalues) / (eigenvalues - 1)), INSERT_VALUES));
    check(VecAssemblyBegin(values_));
    check(VecAssemblyEnd(values_));
  }
  void apply(Vec in, Vec out) override { check(VecPointwiseMult(out, values_, in)); }

 private:
  petsc::Vector values_;
};

int iterations(bool keep) {
  petsc::Vector b;
  check(VecCreateMPI(PETSC_COMM_WORLD, 100, PETSC_DETERMINE, b.address()));
  check(VecSet(b, 1.0));
  auto const x = petsc::like(b);
  check(VecSet(x, 0.0));
  Diagonal diagonal(b);
  solver::ConjugateGradients solve(PETSC_COMM_WORLD, 100, diagonal, nullptr, {1e-8, 2000});
  if (keep) solver::keep_directions(solve.ksp(), 10, 300);
  auto const outcome = solve.solve(b, x);
  EXPECT_TRUE(outcome.converged);
  return outcome.iterations;
}

TEST(KeptDirections, EndWithTheEigenvalues) {
  EXPECT_LE(iterations(true), eigenvalues + 1);
  EXPECT_GT(iterations(false), 2 * eigenvalues);
}

}  // namespace
