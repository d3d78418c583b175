// The smoothness form: its kernel, its symmetry, and its value against the integral that it stands for.
#include "estimators/equation_error/normal_matrix.hpp"
#include "parameters/smoothness.hpp"
#include "problem/case.hpp"

namespace mollis::test {
namespace {

/// Points that thicken towards the upper end.
grid::Axis stretched(std::string const& name, Index points, double upper) {
  std::vector<double> x;
  for (Index i = 0; i < points; ++i) {
    double const s = static_cast<double>(i) / static_cast<double>(points - 1);
    x.push_back(upper * (1.4 * s - 0.4 * s * s));
  }
  return grid::axis_from_coordinates(name, x, 0.0);
}

struct Smoothness {
  Smoothness(std::vector<grid::Axis> const& axes, int order, std::string const& over = R"(["y", "x"])")
      : c("[grid]\naxes = [\"y\", \"x\"]\npoints = [9, 9]\nlower = [0, 0]\nupper = [1, 1]\n[parameters.p]\nover = " +
              over + "\nsmoothness = { order = " + std::to_string(order) + " }\n[equation]\nresidual = \"p*u\"\n",
          {{"u", [](Coordinates const& x) { return x[0] + x[1]; }}}, with(axes)),
        form(equation_error::NormalMatrix(c.space).smoothness({1.0})) {}

  static Options with(std::vector<grid::Axis> const& axes) {
    Options options;
    options.axes = axes;
    return options;
  }
  petsc::Vector apply(Vec x) const {
    auto y = petsc::like(x);
    petsc::check(MatMult(form, x, y));
    return y;
  }
  double value(Vec x) const { return dot(x, apply(x)); }
  /// What rounding may do to value(x).
  double rounding(Vec x) const {
    PetscReal norm = 0.0;
    petsc::check(MatNorm(form, NORM_INFINITY, &norm));
    return 1e-14 * norm * dot(x, x);
  }

  Case c;
  petsc::Matrix form;
};

std::vector<grid::Axis> uniform_axes(Index ny, Index nx) {
  return {grid::uniform_axis("y", ny, 0.0, 0.8, false), grid::uniform_axis("x", nx, -0.5, 1.0, false)};
}
std::vector<grid::Axis> stretched_axes(Index ny, Index nx) {
  return {stretched("y", ny, 0.8), stretched("x", nx, 1.5)};
}
std::vector<grid::Axis> periodic_axes(Index ny, Index nx) {
  return {grid::uniform_axis("y", ny, 0.0, 1.0, true), grid::uniform_axis("x", nx, 0.0, 2.0, true)};
}

int here() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

double factorial(int n) { return n <= 1 ? 1.0 : n * factorial(n - 1); }

class SmoothnessOrder : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Orders, SmoothnessOrder, testing::Values(1, 2, 3, 4));

TEST_P(SmoothnessOrder, AnnihilatesLowerPolynomialsAndNothingElse) {
  int const q = GetParam();
  for (auto const& axes : {uniform_axes(11, 13), stretched_axes(11, 13)}) {
    Smoothness const s(axes, q);
    for (int i = 0; i <= q; ++i)
      for (int j = 0; j + i <= q; ++j) {
        auto const x = vector_of(s.c, {[&](Coordinates const& p) { return std::pow(p[0], i) * std::pow(p[1], j); }});
        // D^(i, j) of the monomial is i! j! at degree q, else 0: S = N q!/(i! j!) (l^a i! j!)^2
        double const lengths = std::pow(axes[0].extent(), i) * std::pow(axes[1].extent(), j);
        double const exact = i + j < q ? 0.0 : 11 * 13 * factorial(q) * factorial(i) * factorial(j) * lengths * lengths;
        EXPECT_NEAR(s.value(x), exact, s.rounding(x)) << "y^" << i << " x^" << j;
      }
  }
}

TEST_P(SmoothnessOrder, IsSymmetric) {
  Random random(3);
  for (auto const& axes : {uniform_axes(9, 12), stretched_axes(9, 12), periodic_axes(9, 12)}) {
    Smoothness const s(axes, GetParam());
    auto const x = s.c.space.make_vector(), y = s.c.space.make_vector();
    random.fill(x);
    random.fill(y);
    EXPECT_NEAR(dot(y, s.apply(x)) / std::sqrt(s.value(x) * s.value(y)),
                dot(x, s.apply(y)) / std::sqrt(s.value(x) * s.value(y)), 1e-13);
    EXPECT_GT(s.value(x), 0.0);
  }
}

TEST_P(SmoothnessOrder, OnPeriodicAxesConstantsAloneAreFree) {
  int const q = GetParam();
  Smoothness const s(periodic_axes(10, 12), q);
  auto const constant = vector_of(s.c, {[](Coordinates const&) { return 3.0; }});
  EXPECT_NEAR(s.value(constant), 0.0, s.rounding(constant));
  // cos(pi x) of period 2: divided differences multiply it by (2 sin(k h / 2) / h)^q, k = pi
  auto const x = vector_of(s.c, {[](Coordinates const& p) { return std::cos(pi * p[1]); }});
  double const h = 2.0 / 12.0, symbol = std::pow(2.0 * std::sin(pi * h / 2.0) / h, 2 * q);
  double const exact = 10 * 12 * std::pow(2.0, 2 * q) * symbol * 0.5;
  EXPECT_NEAR(s.value(x) / exact, 1.0, 1e-11);
}

/// d^n/dx^n of the test function sin(3 x + 0.3) e^y
double along_x(int n, double x) { return std::pow(3.0, n) * std::sin(3.0 * x + 0.3 + 0.5 * pi * n); }

/// mean of sum_{|a| = q} q!/a! (l^a D^a p)^2 over the box, by the midpoint rule on a fine lattice
double closed_form(std::vector<grid::Axis> const& axes, int q) {
  int const n = 400;
  double sum = 0.0;
  auto const middle = [&](int axis, int i) {
    auto const& a = axes[static_cast<std::size_t>(axis)];
    return a.front() + a.extent() * (i + 0.5) / n;
  };
  for (int k = 0; k <= q; ++k) {
    double const factor = factorial(q) / factorial(k) / factorial(q - k) * std::pow(axes[0].extent(), 2 * (q - k)) *
                          std::pow(axes[1].extent(), 2 * k);
    double y = 0.0, x = 0.0;
    for (int i = 0; i < n; ++i) {
      y += std::exp(2.0 * middle(0, i)) / n;
      x += std::pow(along_x(k, middle(1, i)), 2) / n;
    }
    sum += factor * y * x;
  }
  return sum;
}

TEST_P(SmoothnessOrder, ConvergesToTheIntegral) {
  int const q = GetParam();
  for (bool const uniform : {true, false}) {
    std::vector<double> errors;
    for (Index const n : {16, 32, 64}) {
      auto const axes = uniform ? uniform_axes(n, n + n / 4) : stretched_axes(n, n + n / 4);
      Smoothness const s(axes, q);
      auto const x = vector_of(s.c, {[](Coordinates const& p) { return along_x(0, p[1]) * std::exp(p[0]); }});
      errors.push_back(std::abs(s.value(x) / static_cast<double>(s.c.grid.points()) / closed_form(axes, q) - 1.0));
    }
    if (here() == 0)
      std::printf("order %d %9s: relative error times n %.3f %.3f %.3f (expected: bounded)\n", q,
                  uniform ? "uniform" : "stretched", 16 * errors[0], 32 * errors[1], 64 * errors[2]);
    for (int k = 0; k < 3; ++k) EXPECT_LT(errors[static_cast<std::size_t>(k)], 0.5 * q / (16 << k));
  }
}

TEST(Smoothness, OfAParameterOverOneAxisOrNone) {
  Smoothness const line(uniform_axes(9, 12), 2, R"(["x"])"), none(uniform_axes(9, 12), 2, "[]");
  auto const x = vector_of(line.c, {[](Coordinates const& p) { return p[0] * p[0]; }});
  EXPECT_NEAR(line.value(x), 12 * std::pow(1.5, 4) * 4.0, 1e-8);
  EXPECT_EQ(none.value(vector_of(none.c, {[](Coordinates const&) { return 5.0; }})), 0.0);
}

TEST(Smoothness, AnAxisTooShortForTheOrderAddsNothing) {
  Smoothness const s(uniform_axes(2, 12), 2);
  auto const curved = vector_of(s.c, {[](Coordinates const& p) { return p[1] * p[1]; }});
  EXPECT_NEAR(s.value(curved), 24 * std::pow(1.5, 4) * 4.0, 1e-8);
  EXPECT_NEAR(s.value(vector_of(s.c, {[](Coordinates const& p) { return p[0]; }})), 0.0, 1e-9);
}

/// Coefficients of the spline that is x^power, power 0 to 2, by its polar form: means over the knots between a spline's ends of all, and of
/// products of two.
double polar(grid::Axis const& axis, int degree, Index row, int power) {
  Index const radius = (degree - 1) / 2, last = axis.size() - 1;
  std::vector<double> knots;
  for (Index i = row - radius; i <= row + radius; ++i) {
    Index const inside = std::min(std::max<Index>(i, 0), last);
    double const step = i < 0 ? axis.at(1) - axis.at(0) : axis.at(last) - axis.at(last - 1);
    knots.push_back(axis.at(inside) + static_cast<double>(i - inside) * step);
  }
  if (power == 0) return 1.0;
  double sum = 0.0, count = 0.0;
  for (std::size_t a = 0; a < knots.size(); ++a)
    for (std::size_t b = power == 1 ? a : a + 1; b < (power == 1 ? a + 1 : knots.size()); ++b, ++count) sum += power == 1 ? knots[a] : knots[a] * knots[b];
  return sum / count;
}

TEST(SplineDifferences, VanishOnPolynomialsHoweverUnevenTheKnots) {
  auto const axis = grid::axis_from_coordinates("t", {0.0, 0.1, 0.2, 0.9, 1.6, 1.65, 1.7, 2.0, 3.0, 3.1, 4.0, 4.2}, 0.0);
  auto const root = parameters::LineRoot::of_splines(axis, 7, 3), divided = parameters::LineRoot(axis, 3);
  double bent = 0.0;
  for (int power = 0; power < 3; ++power)
    for (Index row = 0; row < root.rows(); ++row) {
      double sum = 0.0, other = 0.0, size = 0.0;
      for (int o = 0; o <= 3; ++o) {
        double const g = polar(axis, 7, row + o, power);
        sum += root.at(row, o) * g;
        other += divided.at(row, o) * g;
        size += std::abs(root.at(row, o) * g);
      }
      EXPECT_LT(std::abs(sum), 1e-13 * size) << "x^" << power << ", row " << row;
      bent = std::max(bent, std::abs(other) / size);
    }
  EXPECT_GT(bent, 0.01);  // coefficients stand about the means of their knots, not about their middles
}

TEST(SplineDifferences, AreDividedDifferencesOfEvenKnots) {
  auto const axis = grid::uniform_axis("x", 12, 0.0, 3.0, false);
  for (int order = 0; order <= 6; ++order) {
    auto const root = parameters::LineRoot::of_splines(axis, 7, order), divided = parameters::LineRoot(axis, order);
    for (Index row = 0; row < root.rows(); ++row)
      for (int o = 0; o <= order; ++o) EXPECT_NEAR(root.at(row, o), divided.at(row, o), 1e-12 * std::abs(divided.at(row, o)));
  }
}

}  // namespace
}  // namespace mollis::test
