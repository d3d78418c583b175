// The residuals' Jacobian: against differences, against its transpose, inside the normal matrix; Taylor slopes of the
// objective.
#include "estimators/equation_error/normal_matrix.hpp"
#include "estimators/equation_error/normal_operator.hpp"
#include "problem/case.hpp"

namespace mollis::test {
namespace {

char const* const grid_text = R"toml(
[grid]
axes = ["t", "y", "x"]
points = [8, 11, 12]
lower = [0.0, 0.0, 0.0]
upper = [1.0, 1.2, 1.5]
[mollifier]
radius = { t = 2, y = 3, x = 3 }
degree = 3
[inversion]
bias_correction = "off"
)toml";

double wave(Coordinates const& x) { return 1.5 + std::sin(2.0 * x[0] + x[1]) * std::cos(x[2]) + 0.3 * x[2] * x[1]; }
double bump(Coordinates const& x) { return 2.0 + std::exp(-x[0]) * std::sin(2.0 * x[2] - x[1]) + x[1] * x[1]; }

/// Several residuals and states; fields, a positive field of time, constants; parameters that are differentiated.
char const* const nonlinear = R"toml(
[parameters.lambda]
over = ["y", "x"]
[parameters.mu]
over = ["t"]
transform = "log"
initial = 1.3
[parameters.k]
over = []
[parameters.s]
over = ["y"]
smoothness = { order = 2 }
[equation]
residuals = ["dt(u) - dx(lambda*dx(u)) - dy(lambda*dy(u)) + k*u*v + s",
             "dt(v) - mu*lap(v) + k^2*u*v - lambda*dy(s)*v"]
)toml";
char const* const divergence = R"toml(
[parameters.lambda]
over = ["t", "y", "x"]
[parameters.k]
over = ["t", "y", "x"]
smoothness = { order = 2 }
[equation]
residuals = ["dt(u) - dx(lambda*dx(u)) - dy(lambda*dy(u)) + k*u", "dt(v) - k*v + lambda*lap(u)"]
)toml";
/// As many undifferentiated parameters over the same axes: the normal matrix is formed point by point.
std::string pointwise(std::string const& over) {
  return "[parameters.lambda]\nover = " + over + "\nsmoothness = { order = 2 }\n[parameters.k]\nover = " + over +
         "\n[equation]\nresiduals = [\"dt(u) - lambda*lap(u) + k*u\", \"dt(v) - k*lap(v)\"]\n";
}

Options options(std::string const& cut, double noise = 0.01) {
  Options o;
  o.noise = noise;
  if (!cut.empty()) o.overrides = {"grid.decomposition=" + cut};
  return o;
}

/// A model at a rough point, with a rough direction.
struct Linearised {
  Linearised(std::string const& text, std::string const& cut = "")
      : c(grid_text + text, {{"u", wave}, {"v", bump}}, options(cut)),
        candidate(c.problem(), c.deck.mollifier, 1e-10),
        x(parameters::first_guess(c.space)),
        direction(c.space.make_vector()) {
    Random random(5);
    random.fill(direction);
    petsc::check(VecAXPY(x, 0.4, direction));
    random.fill(direction);
    move(0.0);
    partials = model().parameter_partials();
    weights = model().weights();
    for (auto const& w : weights) noise.push_back(random.field(static_cast<Index>(w.extent(0))));
  }
  residual::ResidualModel& model() { return candidate.model(); }
  petsc::Vector at(double step) const {
    auto y = petsc::like(x);
    petsc::check(VecWAXPY(y, step, direction, x));
    return y;
  }
  void move(double step) { model().move_to(c.space.scatter(at(step))); }
  std::vector<Field> along() { return model().jacobian(partials, c.space.scatter(direction)); }
  double sum(double local) const { return sum_over(c.grid.comm(), local); }

  Case c;
  equation_error::Candidate candidate;
  petsc::Vector x, direction;
  std::vector<Field> partials, weights, noise;
};

struct Named {
  char const* name;
  std::string text;
};
std::vector<Named> systems() {
  return {{"nonlinear", nonlinear},
          {"divergence", divergence},
          {"full", pointwise(R"(["t", "y", "x"])")},
          {"plane", pointwise(R"(["y", "x"])")},
          {"time", pointwise(R"(["t"])")},
          {"constants", pointwise("[]")}};
}

class JacobianTest : public testing::TestWithParam<std::tuple<int, char const*>> {
 protected:
  Linearised l{systems()[static_cast<std::size_t>(std::get<0>(GetParam()))].text, std::get<1>(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(Systems, JacobianTest,
                         testing::Combine(testing::Range(0, 6), testing::Values("", "[1, 1, 1]")), [](auto const& run) {
                           return std::string(systems()[static_cast<std::size_t>(std::get<0>(run.param))].name) +
                                  (std::get<1>(run.param)[0] == 0 ? "" : "_one_block");
                         });

TEST_P(JacobianTest, MatchesDifferences) {
  auto const jacobian = l.along();
  double const h = 1e-5;
  l.move(h);
  auto const ahead = l.model().residuals();
  l.move(-h);
  auto const behind = l.model().residuals();
  for (std::size_t k = 0; k < ahead.size(); ++k) {
    double const size = std::sqrt(l.sum(dot(jacobian[k], jacobian[k])));
    auto const a = to_vector(ahead[k]), b = to_vector(behind[k]), j = to_vector(jacobian[k]);
    double error = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) error += std::pow((a[i] - b[i]) / (2.0 * h) - j[i], 2);
    EXPECT_GT(size, 0.1) << "residual " << k;
    EXPECT_LT(std::sqrt(l.sum(error)), 2e-8 * size) << "residual " << k;
  }
}

TEST_P(JacobianTest, TransposeWithWeights) {
  auto const jacobian = l.along();
  double left = 0.0, scale = 0.0;
  for (std::size_t k = 0; k < jacobian.size(); ++k) {
    left += kernels::triple_product(l.weights[k], jacobian[k], l.noise[k]);
    scale += kernels::triple_product(l.weights[k], jacobian[k], jacobian[k]);
  }
  auto const back = l.c.space.make_vector();
  l.c.space.gather(l.model().jacobian_transposed(l.partials, l.weights, l.noise), back);
  EXPECT_GT(l.sum(scale), 0.0);
  EXPECT_NEAR(l.sum(left), dot(back, l.direction), 1e-12 * l.sum(scale));
}

TEST_P(JacobianTest, NormalMatrixIsWhatItsFactorsSay) {
  std::vector<double> beta;
  for (std::size_t p = 0; p < l.c.space.unknowns().size(); ++p) beta.push_back(3.0 + 2.0 * static_cast<double>(p));
  equation_error::NormalMatrix normal(l.c.space);
  auto const expected = l.c.space.make_vector(), smooth = petsc::like(l.x), found = petsc::like(l.x);
  l.c.space.gather(l.model().jacobian_transposed(l.partials, l.weights, l.along()), expected);
  petsc::check(MatMult(normal.smoothness(beta), l.direction, smooth));
  petsc::check(VecAXPY(expected, 1.0, smooth));
  for (int times = 0; times < 2; ++times) {  // the second assembly reuses the pattern
    normal.assemble({&l.model(), l.partials, l.weights, beta});
    petsc::check(MatMult(normal.matrix(), l.direction, found));
    PetscReal size = 0.0, error = 0.0;
    petsc::check(VecNorm(expected, NORM_2, &size));
    petsc::check(VecAXPY(found, -1.0, expected));
    petsc::check(VecNorm(found, NORM_2, &error));
    EXPECT_LT(error, 1e-12 * size);
  }
  petsc::Matrix transposed;
  petsc::check(MatTranspose(normal.matrix(), MAT_INITIAL_MATRIX, transposed.address()));
  PetscReal largest = 0.0;
  petsc::check(MatNorm(normal.matrix(), NORM_INFINITY, &largest));
  petsc::check(MatAXPY(transposed, -1.0, normal.matrix(), DIFFERENT_NONZERO_PATTERN));
  PetscReal difference = 0.0;
  petsc::check(MatNorm(transposed, NORM_INFINITY, &difference));
  EXPECT_LT(difference, 1e-12 * largest);
}

TEST_P(JacobianTest, OperatorIsTheMatrix) {
  std::vector<double> beta;
  for (std::size_t p = 0; p < l.c.space.unknowns().size(); ++p) beta.push_back(3.0 + 2.0 * static_cast<double>(p));
  equation_error::NormalParts const parts{&l.model(), l.partials, l.weights, beta};
  equation_error::NormalMatrix matrix(l.c.space);
  matrix.assemble(parts);
  equation_error::NormalOperator shell(l.c.space, std::make_shared<parameters::SmoothnessProduct>(l.c.space));
  shell.update(parts);
  auto const expected = petsc::like(l.x), found = petsc::like(l.x);
  petsc::check(MatMult(matrix.matrix(), l.direction, expected));
  shell.apply(l.direction, found);
  double const size = std::sqrt(dot(expected, expected));
  petsc::check(VecAXPY(found, -1.0, expected));
  EXPECT_LT(std::sqrt(dot(found, found)), 1e-12 * size);
}

TEST_P(JacobianTest, SensitivityIsTheDiagonal) {
  std::vector<double> const beta(l.c.space.unknowns().size(), 0.0);
  equation_error::NormalParts const parts{&l.model(), l.partials, l.weights, beta};
  equation_error::NormalMatrix matrix(l.c.space);
  matrix.assemble(parts);
  auto const expected = petsc::like(l.x), found = petsc::like(l.x);
  petsc::check(MatGetDiagonal(matrix.matrix(), expected));
  l.c.space.gather(equation_error::sensitivity(parts), found);
  double const size = std::sqrt(dot(expected, expected));
  EXPECT_GT(size, 0.0);
  petsc::check(VecAXPY(found, -1.0, expected));
  EXPECT_LT(std::sqrt(dot(found, found)), 1e-12 * size);
}

/// The objective for fixed weights, with its gradient and Gauss-Newton matrix, put together from the model's parts.
struct Objective {
  explicit Objective(Linearised& l_) : l(l_), smoothness(equation_error::NormalMatrix(l.c.space).smoothness(beta())) {}
  std::vector<double> beta() const { return std::vector<double>(l.c.space.unknowns().size(), 2.0); }
  double value(Vec x) {
    auto const smooth = petsc::like(x);
    petsc::check(MatMult(smoothness, x, smooth));
    return 0.5 * l.candidate.equation().misfit(x, l.weights) + 0.5 * dot(x, smooth);
  }
  petsc::Vector gradient(Vec x) {
    l.model().move_to(l.c.space.scatter(x));
    auto g = l.candidate.equation().project(l.weights, l.model().residuals());
    auto const smooth = petsc::like(x);
    petsc::check(MatMult(smoothness, x, smooth));
    petsc::check(VecAXPY(g, 1.0, smooth));
    return g;
  }
  Linearised& l;
  petsc::Matrix smoothness;
};

/// log2 of the ratio of remainders at h and h/2.
double slope(std::vector<double> const& remainders) { return std::log2(remainders[0] / remainders[1]); }

TEST(Taylor, AffineSystemsAreQuadratic) {
  for (auto const& text : {std::string(divergence), pointwise(R"(["y", "x"])")}) {
    Linearised l(text);
    ASSERT_TRUE(l.c.system.affine);
    Objective f(l);
    double const f0 = f.value(l.x), slope0 = dot(f.gradient(l.x), l.direction);
    Mat const hessian = l.candidate.equation().normal_matrix(l.x, l.weights, f.beta());
    auto const hd = petsc::like(l.x);
    petsc::check(MatMult(hessian, l.direction, hd));
    double const curvature = dot(l.direction, hd);
    std::vector<double> first;
    for (double const h : {1e-2, 5e-3}) {
      double const change = f.value(l.at(h)) - f0;
      first.push_back(std::abs(change - h * slope0));
      EXPECT_NEAR(change, h * slope0 + 0.5 * h * h * curvature, 1e-11 * f0);
    }
    EXPECT_NEAR(slope(first), 2.0, 1e-4);
  }
}

TEST(Taylor, NonlinearSystemHasGradientOfSlopeTwo) {
  Linearised l(nonlinear);
  ASSERT_FALSE(l.c.system.affine);
  Objective f(l);
  double const f0 = f.value(l.x), slope0 = dot(f.gradient(l.x), l.direction);
  std::vector<double> zeroth, first;
  for (double const h : {1e-3, 5e-4}) {
    double const change = f.value(l.at(h)) - f0;
    zeroth.push_back(std::abs(change));
    first.push_back(std::abs(change - h * slope0));
  }
  EXPECT_NEAR(slope(zeroth), 1.0, 0.05);
  EXPECT_NEAR(slope(first), 2.0, 0.05);
}

TEST(Taylor, GaussNewtonIsTheHessianWhereTheResidualVanishes) {
  // u = x^2/2: jets are exact, and lambda^2 u_xx = m at lambda = 1 + x/3 to rounding
  Case c(R"toml(
[grid]
axes = ["y", "x"]
points = [9, 12]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "(1 + x/3)^2"
[parameters.lambda]
over = ["y", "x"]
[mollifier]
radius = 3
degree = 3
[inversion]
bias_correction = "off"
[equation]
residual = "lambda^2*dx(dx(u)) - m"
)toml",
         {{"u", [](Coordinates const& x) { return 0.5 * x[1] * x[1]; }}});
  c.states[0].sigma = 0.1;
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, 1e-10);
  auto const x = vector_of(c, {[](Coordinates const& p) { return 1.0 + p[1] / 3.0; }});
  auto const weights = candidate.equation().weights_at(x);
  EXPECT_LT(candidate.equation().misfit(x, weights), 1e-15);
  auto const hd = petsc::like(x), y = petsc::like(x);
  // of one sign: the third-order terms must not cancel
  auto const direction =
      vector_of(c, {[](Coordinates const& p) { return 1.0 + 0.5 * std::sin(9.0 * p[0] + 7.0 * p[1]); }});
  petsc::check(MatMult(candidate.equation().normal_matrix(x, weights, {0.0}), direction, hd));
  double const curvature = dot(direction, hd);
  std::vector<double> third;
  for (double const h : {1e-2, 5e-3}) {
    petsc::check(VecWAXPY(y, h, direction, x));
    third.push_back(std::abs(0.5 * candidate.equation().misfit(y, weights) - 0.5 * h * h * curvature));
  }
  EXPECT_GT(curvature, 0.0);
  EXPECT_NEAR(slope(third), 3.0, 0.1);
}

}  // namespace
}  // namespace mollis::test
