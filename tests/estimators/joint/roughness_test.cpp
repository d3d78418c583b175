// The prior at open ends: nothing for what is smooth, sums of squares for waves of four points, nothing beside walls and on
// rings, the same on any number of ranks.
#include "estimators/joint/roughness.hpp"

#include "estimators/equation_error/normal_matrix.hpp"
#include "parameters/smoothness_product.hpp"

#include "problem/case.hpp"

namespace {

using namespace mollis;
using test::pi;

joint::Lattice lattice(char const* axes, MPI_Comm comm = MPI_COMM_WORLD) {
  test::Case const c(std::string("[grid]\naxes = [\"y\", \"x\"]\npoints = [40, 32]\nlower = [0.0, 0.0]\nupper = [2.0, 1.0]\n") + axes +
                         "[parameters.a]\nover = [\"x\"]\n[equation]\nresidual = \"a*lap(u) - 1\"\n",
                     {{"u", [](test::Coordinates const& x) { return x[0] * x[1]; }}}, {0.05, 1, {}, {}, comm});
  return {c.grid, c.system, 7};
}

double form(joint::Lattice const& lattice, test::Formula const& formula, bool ends_straight = false) {
  joint::Roughness const roughness(lattice, ends_straight);
  auto const g = test::sample(lattice.extended(), formula);
  auto const size = static_cast<std::size_t>(lattice.extended().local_size());
  Field const product("product", size), one = make_field("one", static_cast<Index>(size));
  Kokkos::deep_copy(one, 1.0);
  roughness.apply_add({1.0, 1.0}, g, product);
  return test::sum_over(lattice.grid().comm(), kernels::triple_product(one, g, product));
}

TEST(Roughness, PolynomialsUpToTheThirdDegreeAreFree) {
  auto const cubic = [](test::Coordinates const& x) { return 1.0 + x[0] * x[0] * x[0] * (2.0 - x[1] * x[1] * x[1]); };
  EXPECT_LT(std::abs(form(lattice(""), cubic)), 1e-9);
}

/// Outside a mask: a trillionth of the data where a half wave over the axis bends; a second difference of x^2 is 2 h^2 in each row. What averages and factors
/// are made of is the same form, and short waves are taken as they were.
TEST(Roughness, GoesOnStraightOutsideAMask) {
  auto const open = lattice("");
  auto const straight = [](test::Coordinates const& x) { return (1.0 + x[0]) * (2.0 - x[1]); };
  auto const parabola = [](test::Coordinates const& x) { return x[0] * x[0]; };
  auto const& axis = open.extended().axis(0);
  auto const n = static_cast<double>(axis.size());
  double const expected = 1e-12 * 38.0 * (n - 2.0) * std::pow(2.0 * axis.spacing() * axis.spacing(), 2) / std::pow(2.0 * std::sin(0.5 * pi / n), 4);
  auto const added = [&](test::Formula const& formula) { return form(open, formula, true) - form(open, formula); };   // rounding of the rest is the same in both
  EXPECT_NEAR(added(parabola) / expected, 1.0, 1e-6);
  EXPECT_LT(std::abs(added(straight)), 1e-6 * expected);
  joint::Roughness const with(open, true), without(open);
  EXPECT_NEAR(with.symbol(0, pi / n) - without.symbol(0, pi / n), 1e-12, 1e-16);
  EXPECT_EQ(with.band(0), without.band(0));
  EXPECT_EQ(with.scales({1.7, 5.0}), without.scales({1.7, 5.0}));
  double bends = 0.0, all = 0.0;   // over a row of the parabola i^2, of the share 0 and of all
  for (Index o = -with.band(0); o <= with.band(0); ++o) {
    bends += with.at(0, 20, o, 0.0) * static_cast<double>(o * o);
    all += with.at(0, 20, o) * static_cast<double>((20 + o) * (20 + o));
  }
  EXPECT_NEAR(with.at(0, 20, 0, 0.0) / (6e-12 / std::pow(2.0 * std::sin(0.5 * pi / n), 4)), 1.0, 1e-9);
  EXPECT_NEAR(bends / with.at(0, 20, 0, 0.0), 0.0, 1e-9);
  EXPECT_NEAR(all, 0.0, 1e-9);
}

/// cos(pi i / 2 + c) has a fourth difference of 4 cos(...): all rows inside alike, the four last ones missing.
TEST(Roughness, WavesOfFourPointsCountLikeData) {
  auto const open = lattice("");
  auto const wave = [&](test::Coordinates const& x) {
    return std::cos(0.5 * pi * (x[0] - open.extended().axis(0).at(0)) / open.extended().axis(0).spacing() + 0.3);
  };
  double sum = 0.0;
  for (int i = 0; i + 4 < 46; ++i) sum += std::pow(std::cos(0.5 * pi * (i + 2) + 0.3), 2);
  EXPECT_NEAR(form(open, wave) / (38.0 * sum), 1.0, 1e-9);  // 32 points and two margins of 3 along x
}

TEST(Roughness, LeavesRingsAndWallsAlone) {
  auto const rough = [](test::Coordinates const& x) { return std::sin(50.0 * x[0]) * std::cos(60.0 * x[1]); };
  EXPECT_TRUE(joint::Roughness(lattice("periodic = [\"y\", \"x\"]\n")).empty());
  EXPECT_TRUE(joint::Roughness(lattice("reflect = { y = \"odd\", x = \"even\" }\n")).empty());
  EXPECT_GT(form(lattice("periodic = [\"y\"]\n"), rough), 1.0);
}

TEST(Roughness, DoesNotDependOnRanks) {
  auto const rough = [](test::Coordinates const& x) { return std::sin(50.0 * x[0]) * std::cos(60.0 * x[1]); };
  EXPECT_NEAR(form(lattice(""), rough) / form(lattice("", MPI_COMM_SELF), rough), 1.0, 1e-12);
}

/// Sums over a product that is not 0 but for rounding: with D^T (D g) rounding is in D's range, and so 0 again along constants.
TEST(Roughness, GradientIsTheSameButForRoundingWhichPolynomialsDoNotFeel) {
  auto const open = lattice("");
  joint::Roughness const roughness(open);
  auto const size = static_cast<std::size_t>(open.extended().local_size());
  Field const one = make_field("one", static_cast<Index>(size));
  Kokkos::deep_copy(one, 1.0);
  auto const products = [&](test::Formula const& formula) {
    auto const g = test::sample(open.extended(), formula);
    std::pair<Field, Field> both{Field("product", size), Field("gradient", size)};
    roughness.apply_add({1.0, 3.0}, g, both.first);
    roughness.gradient_add({1.0, 3.0}, g, both.second);
    return both;
  };
  auto const [product, gradient] = products([](test::Coordinates const& x) { return std::sin(50.0 * x[0]) * std::cos(60.0 * x[1]); });
  double const whole = test::sum_over(open.grid().comm(), kernels::dot(product, product));
  kernels::add_scaled(-1.0, gradient, product);
  EXPECT_LT(test::sum_over(open.grid().comm(), kernels::dot(product, product)), 1e-24 * whole);
  auto const cubic = products([](test::Coordinates const& x) { return 1000.0 + x[0] * x[0] * x[0]; }).second;
  EXPECT_LT(std::abs(test::sum_over(open.grid().comm(), kernels::dot(one, cubic))), 1e-20);
}

TEST(Roughness, AxisByAxisItIsTheFormThatPreconditionersUse) {
  auto const open = lattice("");
  joint::Roughness const roughness(open);
  Index const n = open.extended().axis(1).size(), m = open.extended().axis(0).size();
  auto const profile = [&](Index i) { return std::sin(0.9 * static_cast<double>(i)); };
  double sum = 0.0;
  for (Index row = 0; row < n; ++row)
    for (Index o = -roughness.band(1); o <= roughness.band(1); ++o)
      if (row + o >= 0 && row + o < n) sum += roughness.at(1, row, o) * profile(row) * profile(row + o);
  auto const wave = [&](test::Coordinates const& x) {
    return std::sin(0.9 * (x[1] - open.extended().axis(1).at(0)) / open.extended().axis(1).spacing());
  };
  EXPECT_NEAR(form(open, wave) / (static_cast<double>(m) * sum), 1.0, 1e-9);
  EXPECT_NEAR(roughness.symbol(1, 0.5 * pi), 1.0, 1e-12);
}

/// The symbol is 1 at two data a wave, and never below four points a wave.
TEST(Roughness, ReachesAsFarAsDataAreApart) {
  joint::Roughness const roughness(lattice(""));
  auto const scales = roughness.scales({1.7, 5.0});
  EXPECT_EQ(scales[0], 1.0);
  EXPECT_NEAR(scales[1] * roughness.symbol(1, pi / 5.0), 1.0, 1e-12);
}

/// Frames that become rarer: the row in the middle of such an axis has a negative symbol.
TEST(Roughness, CountsLikeDataWherePointsAreStretched) {
  std::vector<grid::Axis> const axes{grid::axis_from_coordinates("t", {0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.6, 0.9, 1.2, 1.5}, 0.0),
                                     grid::uniform_axis("x", 12, 0.0, 1.0, false)};
  test::Case const c("[grid]\naxes = [\"t\", \"x\"]\npoints = [10, 12]\nlower = [0.0, 0.0]\nupper = [1.5, 1.0]\n"
                     "[parameters.a]\nover = []\n[equation]\nresidual = \"dt(u) - a*dx(dx(u))\"\n",
                     {{"u", [](test::Coordinates const& x) { return x[0] * x[1]; }}}, {0.05, 1, {}, axes, MPI_COMM_WORLD});
  joint::Roughness const roughness(joint::Lattice(c.grid, c.system, 7));
  EXPECT_NEAR(roughness.symbol(0, 0.5 * pi), 1.0, 1e-12);
  EXPECT_GT(roughness.symbol(0, 0.25 * pi), 0.0);
}

/// Fields on open, periodic and very short axes, a constant beside them: the assembled form.
TEST(SmoothnessProduct, IsTheAssembledFormWithoutItsMatrix) {
  test::Case const c("[grid]\naxes = [\"z\", \"y\", \"x\"]\npoints = [3, 11, 12]\nlower = [0.0, 0.0, 0.0]\nupper = [1.0, 2.0, 1.0]\n"
                     "periodic = [\"x\"]\n"
                     "[parameters.a]\nover = [\"z\", \"y\", \"x\"]\nsmoothness = { order = 2, weight = 1.0 }\n"
                     "[parameters.b]\nover = [\"y\", \"x\"]\nsmoothness = { order = 3, weight = 1.0 }\n"
                     "[parameters.k]\nover = []\n[equation]\nresidual = \"a*dx(dx(u)) + b - k\"\n",
                     {{"u", [](test::Coordinates const& x) { return x[0] * x[1]; }}}, {0.05, 1, {}, {}, MPI_COMM_WORLD});
  auto const p = c.space.make_vector(), expected = petsc::like(p), found = petsc::like(p);
  test::Random random(4);
  random.fill(p);
  auto const matrix = equation_error::NormalMatrix(c.space).smoothness({1.0, 1.0, 1.0});
  petsc::check(MatMult(matrix, p, expected));
  double const size = test::dot(expected, expected);
  EXPECT_GT(size, 0.0);
  parameters::SmoothnessProduct const smoothness(c.space);
  auto const put = [&](std::vector<Field> const& products) {
    petsc::check(VecSet(found, 0.0));
    for (std::size_t u = 0; u < products.size(); ++u)
      if (c.space.unknowns()[u].owner) petsc::copy_in(products[u], found, c.space.unknowns()[u].offset);
  };
  for (bool const roots : {false, true}) {
    put(roots ? smoothness.gradient(c.space.scatter(p)) : smoothness.apply(c.space.scatter(p)));
    petsc::check(VecAXPY(found, -1.0, expected));
    EXPECT_LT(test::dot(found, found), 1e-24 * size);
  }
  petsc::check(VecSet(p, 1000.0));
  put(smoothness.gradient(c.space.scatter(p)));
  PetscScalar sum = 0.0;
  petsc::check(VecSum(found, &sum));
  EXPECT_LT(std::abs(sum), 1e-20 * 1000.0 * std::sqrt(size));
}

}  // namespace
