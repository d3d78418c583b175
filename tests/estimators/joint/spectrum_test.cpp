// What the spectrum reads off the averaged Hessian, against dense linear algebra on the objective's own Hessian, column by
// column, where coefficients are constant and nothing has an end (there both are exact), and against a straight line between ends.
#include "estimators/joint/spectrum.hpp"

#include "problem/case.hpp"

namespace {

using namespace mollis;

/// A dense matrix, row-major.
struct Matrix {
  Matrix(std::size_t m, std::size_t n) : rows(m), columns(n), entries(m * n, 0.0) {}
  double& operator()(std::size_t i, std::size_t j) { return entries[i * columns + j]; }
  double operator()(std::size_t i, std::size_t j) const { return entries[i * columns + j]; }
  std::size_t rows, columns;
  std::vector<double> entries;
};

/// a^-1 b by elimination with pivots.
Matrix solve(Matrix a, Matrix b) {
  for (std::size_t k = 0; k < a.rows; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < a.rows; ++i)
      if (std::abs(a(i, k)) > std::abs(a(pivot, k))) pivot = i;
    for (std::size_t j = 0; j < a.columns; ++j) std::swap(a(k, j), a(pivot, j));
    for (std::size_t j = 0; j < b.columns; ++j) std::swap(b(k, j), b(pivot, j));
    for (std::size_t i = 0; i < a.rows; ++i) {
      if (i == k) continue;
      double const factor = a(i, k) / a(k, k);
      for (std::size_t j = k; j < a.columns; ++j) a(i, j) -= factor * a(k, j);
      for (std::size_t j = 0; j < b.columns; ++j) b(i, j) -= factor * b(k, j);
    }
  }
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < b.columns; ++j) b(i, j) /= a(i, i);
  return b;
}

Matrix block(Matrix const& a, std::size_t row, std::size_t rows, std::size_t column, std::size_t columns) {
  Matrix part(rows, columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) part(i, j) = a(row + i, column + j);
  return part;
}

Matrix product(Matrix const& a, Matrix const& b) {
  Matrix c(a.rows, b.columns);
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t k = 0; k < a.columns; ++k)
      for (std::size_t j = 0; j < b.columns; ++j) c(i, j) += a(i, k) * b(k, j);
  return c;
}

Matrix difference(Matrix a, Matrix const& b) {
  for (std::size_t i = 0; i < a.entries.size(); ++i) a.entries[i] -= b.entries[i];
  return a;
}

double trace(Matrix const& a) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.rows; ++i) sum += a(i, i);
  return sum;
}

double wave(test::Coordinates const& x) { return std::cos(7.0 * x[0]); }

/// Residuals linear in the state and in the parameter, the state's coefficients the same everywhere.
struct Sample {
  char const* name;
  char const* deck;
};

std::vector<Sample> samples() {
  return {{"a line", R"toml([grid]
axes = ["x"]
points = [18]
lower = [0.0]
upper = [1.0]
periodic = ["x"]
[parameters.a]
over = ["x"]
smoothness = { order = 2, weight = 1.0 }
[equation]
residual = "0.02*dx(dx(u)) + 0.3*dx(u) - 2*u + 4*a")toml"},
          {"fourth order and a first-order smoothness", R"toml([grid]
axes = ["y", "x"]
points = [7, 8]
lower = [0.0, 0.0]
upper = [1.0, 1.5]
periodic = ["y", "x"]
[parameters.a]
over = ["y", "x"]
smoothness = { order = 1, weight = 1.0 }
[equation]
residual = "1e-3*lap(lap(u)) + u + 0.5*a")toml"},
          {"a parameter over x alone, with a slope that varies along y", R"toml([grid]
axes = ["y", "x"]
points = [7, 9]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["y", "x"]
[fields.v]
value = "1 + 0.7*cos(2*pi*y) + 0.4*sin(4*pi*y)"
[parameters.a]
over = ["x"]
smoothness = { order = 2, weight = 1.0 }
[equation]
residual = "0.05*lap(u) + dy(u) - u + v*a")toml"}};
}

struct Fixture {
  explicit Fixture(Sample const& sample, double w = 0.8, MPI_Comm comm = MPI_COMM_WORLD)
      : c(sample.deck, {{"u", wave}}, {0.05, 1, {}, {}, comm}),
        problem(c.problem()), objective(problem, joint::Lattice(c.grid, c.system, 7)), x(objective.make_vector()),
        spectrum(objective), equation(1, w) {
    set(w, 1.0);
    objective.move_to(x);
    objective.linearise();
    spectrum.update(objective);
  }
  void set(double w, double beta) { objective.weights() = {{w}, {beta}}; }
  std::size_t states() const { return static_cast<std::size_t>(objective.layout().state_size); }
  std::size_t parameters() const { return static_cast<std::size_t>(objective.layout().size) - states(); }

  /// One rank's Hessian at these weights.
  Matrix hessian(double w, double beta) {
    set(w, beta);
    auto const size = static_cast<std::size_t>(objective.layout().size);
    Matrix h(size, size);
    auto const v = objective.make_vector(), out = objective.make_vector();
    for (std::size_t j = 0; j < size; ++j) {
      petsc::check(VecZeroEntries(v));
      petsc::check(VecSetValue(v, static_cast<PetscInt>(j), 1.0, INSERT_VALUES));
      petsc::check(VecAssemblyBegin(v));
      petsc::check(VecAssemblyEnd(v));
      objective.apply_hessian(v, out);
      PetscScalar const* entries = nullptr;
      petsc::check(VecGetArrayRead(out, &entries));
      for (std::size_t i = 0; i < size; ++i) h(i, j) = entries[i];
      petsc::check(VecRestoreArrayRead(out, &entries));
    }
    return h;
  }

  /// trace((I + beta L)^-1 I) less the constant, I what is left of the parameters' block without the states.
  double dense_freedom(double w, double beta) {
    auto const h = hessian(w, beta), rough = hessian(0.0, beta);
    std::size_t const s = states(), p = parameters();
    auto const gg = block(h, 0, s, 0, s), gp = block(h, 0, s, s, p), pg = block(h, s, p, 0, s);
    auto const schur = difference(block(h, s, p, s, p), product(pg, solve(gg, gp)));
    auto const information = difference(schur, block(rough, s, p, s, p));
    return trace(solve(schur, information)) - 1.0;
  }

  /// trace(S [H^-1]_gg S^T / sigma^2), the data's own Hessian being S^T S / sigma^2.
  double dense_data_freedom(double w, double beta) {
    auto const h = hessian(w, beta), data = hessian(0.0, beta);
    std::size_t const s = states(), size = h.rows;
    Matrix all(size, s);
    for (std::size_t i = 0; i < s; ++i)
      for (std::size_t j = 0; j < s; ++j) all(i, j) = data(i, j);
    return trace(block(solve(h, all), 0, s, 0, s));
  }

  test::Case c;
  problem::Problem problem;
  joint::Objective objective;
  petsc::Vector x;
  joint::Spectrum spectrum;
  std::vector<double> equation;
};

TEST(Spectrum, FreedomIsTheTraceOfTheParametersOwnHessian) {
  for (auto const& sample : samples())
    for (double const w : {1e-4, 0.8, 1e3}) {
      Fixture f(sample, w, MPI_COMM_SELF);  // dense columns of one rank
      for (double const beta : {1e-8, 1e-5, 1e-3, 1e-1})
        EXPECT_NEAR(f.spectrum.freedom(0, beta, f.equation) / std::max(f.dense_freedom(w, beta), 0.1), 1.0, 1e-6)
            << sample.name << ", w " << w << ", beta " << beta;
    }
}

TEST(Spectrum, DataFreedomIsTheTraceOfTheMapFromDataToStates) {
  for (auto const& sample : samples())
    for (double const w : {1e-2, 10.0}) {
      Fixture f(sample, w, MPI_COMM_SELF);  // dense columns of one rank
      for (double const beta : {1e-5, 1e-2}) {
        double const dense = f.dense_data_freedom(w, beta);
        EXPECT_GT(dense, 0.5);
        EXPECT_LT(dense, static_cast<double>(f.states()));
        if (f.parameters() == f.states()) {  // a parameter over fewer axes couples waves: no trace by waves
          EXPECT_NEAR(f.spectrum.data_freedom({beta}, f.equation) / dense, 1.0, 1e-6) << sample.name << " " << w << " " << beta;
        }
      }
    }
}

TEST(Spectrum, FreedomFallsAsSmoothnessGrows) {
  for (auto const& sample : samples()) {
    Fixture f(sample);
    double last = static_cast<double>(f.c.space.unknowns()[0].grid.points()) - 1.0;
    for (double beta = 1e-12; beta < 1e3; beta *= 10.0) {
      double const freedom = f.spectrum.freedom(0, beta, f.equation);
      EXPECT_LE(freedom, last) << sample.name << ", beta " << beta;
      if (last > 0.2) {
        EXPECT_LT(freedom, last) << sample.name << ", beta " << beta;
      }
      last = freedom;
    }
    EXPECT_NEAR(last, 0.1, 0.1) << sample.name;
  }
}

TEST(Spectrum, BetaForInvertsFreedom) {
  for (auto const& sample : samples()) {
    Fixture f(sample);
    for (double const target : {0.7, 2.5, 6.0}) {
      double const beta = f.spectrum.beta_for(0, target);
      EXPECT_NEAR(f.spectrum.freedom(0, beta, {}), target, 1e-6 * target) << sample.name;
    }
    f.objective.set_told({0.8});   // of what the Hessian itself has left of averages
    f.spectrum.update(f.objective);
    EXPECT_NEAR(f.spectrum.freedom(0, f.spectrum.beta_for(0, 2.5), {}), 2.5, 2.5e-6) << sample.name;
  }
}

TEST(Spectrum, EquationWeightsScaleWithTheirFactor) {
  for (auto const& sample : samples()) {
    Fixture f(sample);
    auto const one = f.spectrum.equation_weights({1e-3}, 1.0), ten = f.spectrum.equation_weights({1e-3}, 10.0);
    ASSERT_EQ(one.size(), 1u);
    EXPECT_GT(one[0], 0.0);
    EXPECT_NEAR(ten[0] / one[0], 10.0, 1e-12) << sample.name;
  }
}

/// Twice the noise: four times the variance in the residual, a quarter of the weight at four times the smoothness.
TEST(Spectrum, EquationWeightsAreOverTheVarianceOfTheNoise) {
  for (auto const& sample : samples()) {
    Fixture f(sample);
    double const before = f.spectrum.equation_weights({1e-3}, 1.0)[0];
    std::vector<double> twice;
    for (auto const& state : f.c.states) twice.push_back(2.0 * state.sigma);
    auto const loud = f.problem.with_noise(twice);
    joint::Objective louder(loud, joint::Lattice(f.c.grid, f.c.system, 7));
    louder.weights() = {{1.0}, {1.0}};
    louder.move_to(f.x);
    louder.linearise();
    joint::Spectrum spectrum(louder);
    spectrum.update(louder);
    EXPECT_NEAR(spectrum.equation_weights({0.25e-3}, 1.0)[0] / before, 0.25, 1e-9) << sample.name;
  }
}

/// u_t = a between open ends: a line through n points knows its slope with the information h^2 n (n^2 - 1) / (12 sigma^2), of
/// which half a wave in place of the line's tilt gives 12 / pi^2.
TEST(Spectrum, AConstantBetweenOpenEndsIsKnownLikeTheSlopeOfALine) {
  Fixture f({"a slope in time", R"toml([grid]
axes = ["t"]
points = [41]
lower = [0.0]
upper = [2.0]
[parameters.a]
over = []
[equation]
residual = "dt(u) - a")toml"});
  double const n = 41.0, h = 0.05, sigma = f.c.states.front().sigma;
  double const line = h * h * n * (n * n - 1.0) / (12.0 * sigma * sigma);
  EXPECT_NEAR(n * f.spectrum.equation_weights({1.0}, 1.0)[0] / line, 12.0 / std::pow(std::acos(-1.0), 2), 0.1);
}

TEST(Spectrum, DoesNotDependOnRanks) {
  for (auto const& sample : samples()) {
    Fixture f(sample);
    double const values[] = {f.spectrum.freedom(0, 1e-4, f.equation), f.spectrum.data_freedom({1e-4}, f.equation),
                             f.spectrum.equation_weights({1e-4}, 1.0)[0]};
    Fixture const alone(sample, 0.8, MPI_COMM_SELF);
    auto const& spectrum = alone.spectrum;
    EXPECT_NEAR(values[0] / spectrum.freedom(0, 1e-4, f.equation), 1.0, 1e-10) << sample.name;
    EXPECT_NEAR(values[1] / spectrum.data_freedom({1e-4}, f.equation), 1.0, 1e-10) << sample.name;
    EXPECT_NEAR(values[2] / spectrum.equation_weights({1e-4}, 1.0)[0], 1.0, 1e-10) << sample.name;
  }
}

}  // namespace
