// What every method promises: the linear algebra around its estimate, and the same estimate from what it was kept as.
#include "choices/choose.hpp"
#include "estimators/make/make_estimator.hpp"
#include "estimators/methods.hpp"
#include "problem/case.hpp"

namespace mollis::test {
namespace {

std::string const heat = R"toml(
[grid]
axes = ["y", "x"]
points = [20, 24]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "2*pi^2*sin(pi*x)*sin(pi*y)*(1 + 0.3*x)"
[parameters.lambda]
over = ["y", "x"]
smoothness = { order = 2, weight = 1e-4 }
[equation]
residual = "lambda*lap(u) + m"
[mollifier]
radius = 5
)toml";
double bump(Coordinates const& x) { return std::sin(pi * x[0]) * std::sin(pi * x[1]); }

/// A constant beside a field over one axis, fitted by its logarithm.
std::string const film = R"toml(
[grid]
axes = ["t", "x"]
points = [17, 24]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["x"]
[parameters.D]
over = ["x"]
transform = "log"
initial = 0.1
smoothness = { weight = 1e-3 }
[parameters.r]
over = []
initial = 0.1
[equation]
residual = "dt(u) - dx(D*dx(u)) - r*u"
[mollifier]
radius = { t = 5, x = 6 }
)toml";
double wave(Coordinates const& x) { return 2.0 + std::exp(-x[0]) * std::sin(2.0 * pi * x[1] + 0.5); }

std::string const two_constants = R"toml(
[grid]
axes = ["t", "x"]
points = [25, 24]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[parameters.c]
over = []
initial = 0.5
[parameters.k]
over = []
initial = 0.5
[equation]
residual = "dt(u) + c*dx(u) + k*u"
[mollifier]
radius = 6
)toml";

struct Sample {
  char const* name;
  std::string text;
  Formula state;
  char const* method;
};

std::vector<Sample> samples() {
  return {{"heat by equation error", heat, bump, "equation-error"}, {"film by equation error", film, wave, "equation-error"},
          {"constants by equation error", two_constants, wave, "equation-error"}, {"heat point by point", heat, bump, "pointwise"},
          {"heat jointly", heat, bump, "joint"}, {"film jointly", film, wave, "joint"}};
}

/// A problem with the estimate of a method.
struct Estimated {
  explicit Estimated(Sample const& sample)
      : c(sample.text, {{"u", sample.state}}, options(sample)), problem(c.problem()),
        estimator(estimators::make_estimator(sample.method)) {
    Quiet const quiet;
    run::Stages stages;
    estimate = estimator->estimate(problem, choices::choose(problem, stages), stages);
  }
  static Options options(Sample const& sample) {
    Options options;
    options.noise = 0.01;
    options.overrides = {std::string("inversion.method=") + sample.method};
    return options;
  }
  Case c;
  problem::Problem problem;
  std::unique_ptr<estimate::Estimator> estimator;
  estimate::Estimate estimate;
};

using estimate::Rows;

double inner(MPI_Comm comm, Rows const& a, Rows const& b) {
  double sum = 0.0;
  for (std::size_t s = 0; s < a.data.size(); ++s) sum += dot(a.data[s], b.data[s]);
  for (std::size_t k = 0; k < a.equation.size(); ++k) sum += dot(a.equation[k], b.equation[k]);
  return sum_over(comm, sum);
}

Rows product(Rows const& a, Rows const& b) {
  auto const multiply = [](std::vector<Field> const& left, std::vector<Field> const& right) {
    std::vector<Field> all;
    for (std::size_t k = 0; k < left.size(); ++k) {
      auto x = to_vector(left[k]), y = to_vector(right[k]);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] *= y[i];
      all.push_back(to_field(x));
    }
    return all;
  };
  return {multiply(a.data, b.data), multiply(a.equation, b.equation)};
}

/// Random rows where there are any.
Rows random_rows(Random& random, Rows const& like) {
  Rows rows;
  for (auto const& field : like.data) rows.data.push_back(random.field(static_cast<Index>(field.extent(0))));
  for (auto const& field : like.equation) rows.equation.push_back(random.field(static_cast<Index>(field.extent(0))));
  return rows;
}

double norm(Vec v) { return std::sqrt(dot(v, v)); }

double distance(Vec a, Vec b) {
  auto const difference = petsc::copy_of(a);
  petsc::check(VecAXPY(difference, -1.0, b));
  return norm(difference);
}

TEST(Linearisation, JacobianAndItsTransposeAreAdjoint) {
  for (auto const& sample : samples()) {
    Estimated e(sample);
    auto& linear = *e.estimate.linear;
    Random random(3);
    auto const v = linear.make_vector(), back = linear.make_vector();
    random.fill(v);
    auto const forth = linear.jacobian(v), rows = random_rows(random, forth);
    linear.jacobian_transposed(rows, back);
    double const left = inner(e.problem.grid.comm(), forth, rows), right = dot(v, back);
    double const size = std::sqrt(inner(e.problem.grid.comm(), forth, forth) * inner(e.problem.grid.comm(), rows, rows));
    EXPECT_NEAR(left, right, 1e-12 * size) << sample.name;
    EXPECT_GT(std::abs(left), 1e-6 * size) << sample.name;
  }
}

TEST(Linearisation, HessianIsThatOfItsParts) {
  for (auto const& sample : samples()) {
    Estimated e(sample);
    auto& linear = *e.estimate.linear;
    Random random(5);
    auto const v = linear.make_vector(), whole = linear.make_vector(), data = linear.make_vector(), prior = linear.make_vector();
    random.fill(v);
    linear.hessian(v, whole);
    linear.jacobian_transposed(product(linear.weights(), linear.jacobian(v)), data);
    linear.prior(v, prior);
    petsc::check(VecAXPY(data, 1.0, prior));
    EXPECT_LT(distance(whole, data), 1e-11 * norm(whole)) << sample.name;
    EXPECT_GT(norm(whole), 0.0) << sample.name;
  }
}

TEST(Linearisation, SolvesWithTheHessian) {
  for (auto const& sample : samples()) {
    if (std::string(sample.method) == "pointwise") continue;  // singular where the data say nothing
    Estimated e(sample);
    auto& linear = *e.estimate.linear;
    Random random(7);
    auto const x = linear.make_vector(), b = linear.make_vector(), found = linear.make_vector();
    random.fill(x);
    linear.hessian(x, b);
    auto const solved = linear.solve(b, found, 1e-9);
    EXPECT_TRUE(solved.converged) << sample.name;
    EXPECT_GT(solved.iterations, 0) << sample.name;
    auto const again = linear.make_vector(), difference = petsc::copy_of(found);
    petsc::check(VecAXPY(difference, -1.0, x));
    linear.hessian(difference, again);
    EXPECT_LT(std::sqrt(dot(difference, again)), 1e-6 * std::sqrt(dot(x, b))) << sample.name << ", " << solved.iterations;
  }
}

void expect_same(MPI_Comm comm, std::vector<Field> const& a, std::vector<Field> const& b, double tolerance, std::string const& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (std::size_t k = 0; k < a.size(); ++k) {
    auto const x = to_vector(a[k]), y = to_vector(b[k]);
    double off = 0.0, size = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      off = std::max(off, std::abs(x[i] - y[i]));
      size = std::max(size, std::abs(x[i]));
    }
    EXPECT_LE(largest_over(comm, off), tolerance * largest_over(comm, size)) << what;
  }
}

TEST(Estimator, ComesBackFromWhatItWasKeptAs) {
  for (auto const& sample : samples()) {
    Estimated e(sample);
    Quiet const quiet;
    auto const kept = e.estimator->save(e.problem, e.estimate);
    auto const back = estimators::make_estimator(sample.method)->restore(e.problem, kept);
    auto const& first = e.estimate;
    MPI_Comm const comm = e.problem.grid.comm();
    EXPECT_EQ(distance(first.parameters, back.parameters), 0.0) << sample.name;
    expect_same(comm, first.states, back.states, 1e-13, sample.name + std::string(": states"));
    expect_same(comm, first.residuals, back.residuals, 1e-10, sample.name + std::string(": residuals"));
    expect_same(comm, first.weights, back.weights, 0.0, sample.name + std::string(": weights"));
    EXPECT_EQ(first.smoothness, back.smoothness);
    EXPECT_EQ(first.penalty, back.penalty);
    EXPECT_EQ(first.noise, back.noise);
    EXPECT_NEAR(back.misfit_chi2, first.misfit_chi2, 1e-9 * first.misfit_chi2) << sample.name;
    EXPECT_EQ(first.converged, back.converged);
    EXPECT_EQ(first.steps, back.steps);
  }
}

TEST(Estimator, IsThereForEveryMethodThatADeckMayName) {
  for (auto const& method : estimators::methods()) EXPECT_NE(estimators::make_estimator(method.name), nullptr) << method.name;
  EXPECT_THROW(estimators::make_estimator("jiont"), std::out_of_range);
}

TEST(Estimator, KeepsWeightsForEveryResidual) {
  for (auto const& sample : samples()) {
    Estimated e(sample);
    ASSERT_EQ(e.estimate.weights.size(), e.estimate.residuals.size()) << sample.name;
    auto const mask = to_vector(e.estimate.mask), weight = to_vector(e.estimate.weights.front());
    for (std::size_t i = 0; i < mask.size(); ++i) EXPECT_EQ(weight[i] > 0.0, mask[i] != 0.0) << sample.name;
  }
}

}  // namespace
}  // namespace mollis::test
