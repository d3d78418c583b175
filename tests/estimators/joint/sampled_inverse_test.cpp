// (S^T S + ridge)^-1 where every point is observed: the inverse itself, against products with the splines, on any axes and ranks.
#include "estimators/joint/sampled_inverse.hpp"

#include "petsc/access.hpp"
#include "problem/case.hpp"

namespace {

using namespace mollis;

constexpr double ridge = 1e-3;

joint::Lattice lattice(std::string const& axes, std::string const& residual) {
  test::Case const c("[grid]\naxes = [\"t\", \"y\", \"x\"]\npoints = [9, 16, 13]\nlower = [0.0, 0.0, 0.0]\nupper = [2.0, 1.0, 1.0]\n" + axes +
                         "[parameters.a]\nover = []\n[equation]\nresidual = \"" + residual + "\"\n",
                     {{"u", [](test::Coordinates const& x) { return x[0] * x[1] + x[2]; }}}, {0.05, 1, {}, {}});
  return {c.grid, c.system, 7};
}

/// The largest entry of (S^T S + ridge) P r - r, of entries of order 1.
double left_of(joint::Lattice const& lattice) {
  auto inverse = joint::SampledInverse::make(lattice, ridge);
  if (!inverse) return 1e300;
  auto const r = petsc::make_vector(lattice.grid().comm(), lattice.extended().local_size()), z = petsc::like(r);
  test::Random(3).fill(r);
  inverse->apply(r, z);
  auto const jets = lattice.jets(mollifier::sums_of({mollifier::MultiIndex{}}));
  Field const values("values", static_cast<std::size_t>(lattice.grid().local_size()));
  {
    petsc::Reading const from(z);
    petsc::Writing to(r);
    Field const out = to.piece(0, lattice.extended().local_size()), in = from.piece(0, lattice.extended().local_size());
    Kokkos::deep_copy(out, 0.0);
    kernels::add_scaled(ridge, in, out);
    jets.apply(in, {values});
    jets.apply_transpose_add({values}, out);
  }
  auto const again = petsc::like(r);
  test::Random(3).fill(again);
  petsc::check(VecAXPY(r, -1.0, again));
  PetscReal left = 0.0;
  petsc::check(VecNorm(r, NORM_INFINITY, &left));
  return left;
}

TEST(SampledInverse, IsTheInverse) {
  EXPECT_LT(left_of(lattice("", "dt(u) - a*lap(u)")), 1e-10);
  EXPECT_LT(left_of(lattice("periodic = [\"x\"]\n", "dt(u) - a*lap(u)")), 1e-10);
  EXPECT_LT(left_of(lattice("", "a*dx(dx(u)) + u")), 1e-10);   // no splines along t and y
}

TEST(SampledInverse, IsNotMadeWhereAxesReflect) {
  EXPECT_FALSE(joint::SampledInverse::make(lattice("reflect = { y = \"even\" }\n", "dt(u) - a*lap(u)"), ridge));
}

/// One long axis: eigenvectors take more than what they spare.
TEST(SampledInverse, IsNotMadeOfLongLines) {
  test::Case const c("[grid]\naxes = [\"x\"]\npoints = [400]\nlower = [0.0]\nupper = [1.0]\n[parameters.a]\nover = []\n[equation]\nresidual = \"a*dx(dx(u)) + u\"\n",
                     {{"u", [](test::Coordinates const& x) { return x[0]; }}}, {0.05, 1, {}, {}});
  EXPECT_FALSE(joint::SampledInverse::make({c.grid, c.system, 7}, ridge));
}

}  // namespace
