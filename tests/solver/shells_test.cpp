// What stops a solve is what is told of it, wherever in PETSc it was thrown.
#include "solver/shells.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mollis::test {
namespace {

struct Stopped final : solver::Operator {
  void apply(Vec, Vec) override { throw std::out_of_range("stopped"); }
};

TEST(Shells, KeepWhatWasThrownFirst) {
  Stopped op;
  solver::Shells shells(MPI_COMM_WORLD, 4, op);
  auto const in = petsc::make_vector(MPI_COMM_WORLD, 4), out = petsc::like(in);
  auto const code = solver::guarded(shells.kept(), [&] { petsc::check(MatMult(shells.matrix(), in, out)); });
  EXPECT_NE(code, 0);
  EXPECT_THROW(shells.rethrow(), std::out_of_range);
  EXPECT_NO_THROW(shells.rethrow());
}

}  // namespace
}  // namespace mollis::test
