// The normal equations without a matrix: as the assembled ones have it, in few iterations, whatever the resolution.
#include "estimators/equation_error/normal_matrix.hpp"
#include "problem/case.hpp"

namespace mollis::test {
namespace {

struct Kind {
  char const* name;
  char const* text;   ///< parameters and equation
  int most;           ///< iterations to 1e-10
};
Kind const kinds[] = {
    {"order_1", "[parameters.a]\nover = [\"y\", \"x\"]\n[equation]\nresidual = \"a*lap(u) + 10\"\n", 36},
    {"order_2", "[parameters.a]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2 }\n[equation]\nresidual = \"a*lap(u) + 10\"\n", 32},
    {"order_3_log", "[parameters.a]\nover = [\"y\", \"x\"]\nsmoothness = { order = 3 }\ntransform = \"log\"\n[equation]\nresidual = \"a*lap(u) + 10\"\n",
     32},
    {"divergence", "[parameters.a]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2 }\n[equation]\nresidual = \"dx(a*dx(u)) + dy(a*dy(u)) + 10\"\n",
     32},
    {"two_fields", "[parameters.a]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2 }\n[parameters.k]\nover = [\"y\", \"x\"]\n[equation]\n"
     "residuals = [\"dx(a*dx(u)) + dy(a*dy(u)) + k*v\", \"a*lap(v) - k*u\"]\n", 32},
    {"field_profile_constant", "[parameters.a]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2 }\n[parameters.s]\nover = [\"y\"]\n[parameters.c]\nover = []\n"
     "[equation]\nresidual = \"a*lap(u) + s*v + c*u\"\n", 32}};

double u(Coordinates const& x) { return std::sin(3.0 * x[1]) * std::sin(2.5 * x[0] + 0.3) + 0.5 * x[1] * x[1]; }
double v(Coordinates const& x) { return std::cos(2.0 * x[1] - x[0]) + 0.4 * x[0]; }

std::string grid_of(int points, bool periodic) {
  auto const n = std::to_string(points), m = std::to_string(points + 3);
  return "[grid]\naxes = [\"y\", \"x\"]\npoints = [" + n + ", " + m + "]\nlower = [0, 0]\nupper = [1, 1.2]\n" +
         (periodic ? "periodic = [\"x\"]\n" : "") + "[mollifier]\nradius = 3\n[inversion]\nmethod = \"equation-error\"\nbias_correction = \"off\"\n";
}

/// H at the first guess, smoothness and data alike for waves of three cycles, and a right-hand side.
struct Normal {
  Normal(Kind const& kind, int points, bool periodic)
      : c(grid_of(points, periodic) + kind.text, {{"u", u}, {"v", v}}, options()), candidate(c.problem(), c.deck.mollifier, 1e-10),
        x(parameters::first_guess(c.space)), b(c.space.make_vector()) {
    candidate.model().move_to(c.space.scatter(x));
    parts = {&candidate.model(), candidate.model().parameter_partials(), candidate.model().weights(), {}};
    auto const sensitivity = petsc::like(x);
    c.space.gather(equation_error::sensitivity(parts), sensitivity);
    auto const pieces = c.space.scatter(sensitivity);
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      auto const& unknown = c.space.unknowns()[p];
      double sum = 0.0;
      for (double const value : to_vector(pieces[p])) sum += unknown.owner ? value : 0.0;
      double const mean = sum_over(c.grid.comm(), sum) / static_cast<double>(unknown.grid.points());
      parts.beta.push_back(mean / std::pow(6.0 * 3.14159265, 2 * unknown.settings.smoothness_order));
    }
    Random random(3);
    random.fill(b);
  }
  static Options options() {
    Options o;
    o.noise = 0.01;
    return o;
  }
  Case c;
  equation_error::Candidate candidate;
  petsc::Vector x, b;
  equation_error::NormalParts parts;
};

std::shared_ptr<parameters::SmoothnessProduct const> smoothness_of(Normal const& normal) {
  return std::make_shared<parameters::SmoothnessProduct>(normal.c.space);
}

class SolverTest : public testing::TestWithParam<std::tuple<int, bool>> {
 protected:
  Kind const& kind = kinds[std::get<0>(GetParam())];
  bool periodic = std::get<1>(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Kinds, SolverTest, testing::Combine(testing::Range(0, 6), testing::Bool()), [](auto const& run) {
  return std::string(kinds[std::get<0>(run.param)].name) + (std::get<1>(run.param) ? "_periodic" : "");
});

TEST_P(SolverTest, SolvesTheAssembledEquationsInFewIterations) {
  std::vector<int> iterations;
  for (int const points : {17, 34}) {
    Normal normal(kind, points, periodic);
    equation_error::NormalSolver solver(normal.c.space, smoothness_of(normal), 1e-10, true);
    ASSERT_TRUE(solver.is_shell());
    solver.update(normal.parts);
    auto const x = petsc::like(normal.b), left = petsc::like(normal.b);
    auto const outcome = solver.solve(normal.b, x, 1e-10);
    EXPECT_TRUE(outcome.converged);
    EXPECT_LE(outcome.iterations, kind.most) << points;
    iterations.push_back(outcome.iterations);
    equation_error::NormalMatrix matrix(normal.c.space);
    matrix.assemble(normal.parts);
    petsc::check(MatMult(matrix.matrix(), x, left));
    petsc::check(VecAXPY(left, -1.0, normal.b));
    EXPECT_LT(std::sqrt(dot(left, left)), 1e-7 * std::sqrt(dot(normal.b, normal.b)));
  }
  EXPECT_LE(iterations[1], 1.3 * iterations[0] + 4.0);
}

TEST_P(SolverTest, PreconditionerIsSymmetricAndPositive) {
  Normal normal(kind, 17, periodic);
  equation_error::NormalOperator op(normal.c.space, smoothness_of(normal));
  op.update(normal.parts);
  equation_error::SpectralPreconditioner preconditioner(normal.c.space);
  preconditioner.update(op);
  auto const a = petsc::like(normal.b), pa = petsc::like(normal.b), pb = petsc::like(normal.b);
  Random random(8);
  random.fill(a);
  preconditioner.apply(a, pa);
  preconditioner.apply(normal.b, pb);
  EXPECT_GT(dot(a, pa), 0.0);
  EXPECT_NEAR(dot(normal.b, pa), dot(a, pb), 1e-10 * std::sqrt(dot(a, pa) * dot(normal.b, pb)));
}

TEST_P(SolverTest, EntriesThatMayNotMoveStay) {
  Normal normal(kind, 17, periodic);
  equation_error::NormalSolver solver(normal.c.space, smoothness_of(normal), 1e-10, true);
  solver.update(normal.parts);
  auto const x = petsc::like(normal.b), moves = petsc::like(normal.b), left = petsc::like(normal.b);
  Random random(8);
  random.fill(x);
  random.fill(moves);
  PetscScalar* mask = nullptr;
  petsc::check(VecGetArray(moves, &mask));
  for (Index i = 0; i < normal.c.space.local_size(); ++i) mask[i] = mask[i] > -0.3 ? 1.0 : 0.0;
  petsc::check(VecRestoreArray(moves, &mask));
  auto const before = petsc::copy_of(x);
  EXPECT_TRUE(solver.solve_moving(moves, normal.b, x, 1e-10).converged);
  petsc::check(MatMult(solver.matrix(), before, left));
  double const size = std::sqrt(dot(left, left));
  petsc::check(MatMult(solver.matrix(), x, left));
  petsc::check(VecAXPY(left, -1.0, normal.b));
  petsc::check(VecPointwiseMult(left, left, moves));
  EXPECT_LT(std::sqrt(dot(left, left)), 1e-7 * size);
  petsc::check(VecAXPY(before, -1.0, x));
  petsc::check(VecPointwiseMult(left, before, moves));
  petsc::check(VecAXPY(before, -1.0, left));
  EXPECT_EQ(dot(before, before), 0.0);
}

/// Where the weights are the same everywhere and nothing but Fourier's modes and cosines is needed, H is its average.
TEST(Spectral, IsTheInverseOfAnAverage) {
  Normal normal(kinds[0], 17, true);
  Kokkos::deep_copy(normal.parts.partials[0], 1.5);
  Kokkos::deep_copy(normal.parts.weights[0], 2.0);
  equation_error::NormalOperator op(normal.c.space, smoothness_of(normal));
  op.update(normal.parts);
  equation_error::SpectralPreconditioner preconditioner(normal.c.space);
  preconditioner.update(op);
  auto const h = petsc::like(normal.b), back = petsc::like(normal.b);
  op.apply(normal.b, h);
  preconditioner.apply(h, back);
  petsc::check(VecAXPY(back, -1.0, normal.b));
  EXPECT_LT(std::sqrt(dot(back, back)), 1e-11 * std::sqrt(dot(normal.b, normal.b)));
}

}  // namespace
}  // namespace mollis::test
