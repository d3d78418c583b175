// Vectors of parameters that some ranks own nothing of: PETSc keeps norms rank by rank, and must forget them on all ranks alike.
#include "estimate/parameters.hpp"
#include "problem/case.hpp"
#include "uncertainty/constant_entries.hpp"

namespace mollis::test {
namespace {

/// A profile over t and a constant of a grid that is cut along x: rank 0 owns both.
char const* const text = R"toml(
[grid]
axes = ["t", "x"]
points = [9, 12]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[parameters.g]
over = ["t"]
[parameters.k]
over = []
[equation]
residual = "dt(u) + g + k*u"
)toml";

class KeptVector : public testing::Test {
 protected:
  static Options cut() {
    int ranks = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    Options options;
    options.overrides = {"grid.decomposition=[1, " + std::to_string(ranks) + "]"};
    return options;
  }
  /// Ranks on which PETSc holds the norm of a vector for known.
  double knowing(Vec vector) const {
    PetscBool known = PETSC_FALSE;
    PetscReal norm = 0.0;
    petsc::check(VecNormAvailable(vector, NORM_2, &known, &norm));
    return sum_over(c.grid.comm(), known ? 1.0 : 0.0);
  }
  Case c{text, {{"u", [](Coordinates const& x) { return x[0]; }}}, cut()};
};

TEST_F(KeptVector, HasNoNormOfItsZeroesOnAnyRank) {
  auto const x = c.space.make_vector();
  petsc::check(VecSet(x, 2.0));
  estimate::Quantities quantities;
  estimate::put_vector(c.space, "x", x, quantities);
  auto const taken = estimate::take_vector(c.space, "x", quantities);
  EXPECT_EQ(knowing(taken), 0.0);
  petsc::check(VecAXPY(x, -1.0, taken));
  PetscReal difference = 1.0;
  petsc::check(VecNorm(x, NORM_2, &difference));
  EXPECT_EQ(difference, 0.0);
}

TEST_F(KeptVector, GatheredOneNeither) {
  auto const x = c.space.make_vector();
  petsc::check(VecSet(x, 0.0));
  std::vector<Field> pieces;
  for (auto const& unknown : c.space.unknowns()) {
    pieces.push_back(make_field("piece", unknown.grid.local_size()));
    Kokkos::deep_copy(pieces.back(), 1.0);
  }
  c.space.gather(pieces, x);
  EXPECT_EQ(knowing(x), 0.0);
}

TEST_F(KeptVector, UnitVectorOfAConstantNeither) {
  uncertainty::ConstantEntries const entries(c.space);
  EXPECT_EQ(knowing(entries.unit(0)), 0.0);
}

}  // namespace
}  // namespace mollis::test
