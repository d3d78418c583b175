// The preconditioner: symmetric and positive, exact where coefficients are constant and nothing has an end, and on open
// squares as good on fine grids as on coarse ones.
#include "estimators/joint/gauss_newton.hpp"
#include "scattered.hpp"

#include "problem/case.hpp"
#include "problem/section.hpp"

namespace {

using namespace mollis;
using test::pi;

problem::Problem as_it_is(problem::Problem problem) { return problem; }
problem::Problem between_sensors(problem::Problem problem) { return test::scattered(std::move(problem), 360); }
problem::Problem in_a_disc(problem::Problem problem) { return test::masked(std::move(problem), test::disc); }

struct Fixture {
  Fixture(std::string const& deck, deck::Named<test::Formula> const& states, std::vector<test::Formula> const& parameters,
          double w, double beta, problem::Problem (*change)(problem::Problem) = as_it_is)
      : c(deck, states, {0.01, 1, {}, {}, MPI_COMM_WORLD}), problem(change(c.problem())), objective(problem, joint::Lattice(c.grid, c.system, 7)),
        x(objective.make_vector()), preconditioner(objective) {
    objective.weights() = {std::vector<double>(static_cast<std::size_t>(c.system.residuals), w),
                           std::vector<double>(c.space.unknowns().size(), beta)};
    for (std::size_t s = 0; s < states.size(); ++s)
      petsc::copy_in(test::sample(objective.lattice().extended(), states[s].second), x, objective.layout().state[s]);
    auto const p = test::vector_of(c, parameters);
    objective.put_parameters(p, x);
    objective.move_to(x);
    objective.linearise();
    preconditioner.update();
  }

  /// Conjugate gradients on H x = H y, y rough: iterations to `tolerance` in the preconditioner's norm.
  int iterations(double tolerance) { return iterations(tolerance, preconditioner); }
  int iterations(double tolerance, joint::Preconditioner& by) {
    joint::Hessian hessian(objective);
    auto const y = objective.make_vector(), b = petsc::like(y), z = petsc::like(y);
    test::Random random(5);
    random.fill(y);
    hessian.apply(y, b);
    return solver::ConjugateGradients(c.grid.comm(), objective.layout().size, hessian, &by, {tolerance, 500, true})
        .solve(b, z)
        .iterations;
  }

  test::Case c;
  problem::Problem problem;
  joint::Objective objective;
  petsc::Vector x;
  joint::Preconditioner preconditioner;
};

std::string square(int n, bool periodic, std::string const& residual, std::string const& transform = "log") {
  auto const size = std::to_string(n);
  return "[grid]\naxes = [\"y\", \"x\"]\npoints = [" + size + ", " + size + "]\nlower = [0.0, 0.0]\nupper = [1.0, 1.0]\n" +
         (periodic ? "periodic = [\"y\", \"x\"]\n" : "") +
         "[parameters.a]\nover = [\"y\", \"x\"]\ntransform = \"" + transform + "\"\nsmoothness = { order = 2, weight = 1.0 }\n" +
         "[equation]\nresidual = \"" + residual + "\"\n";
}

/// Nothing varies from point to point (the state is constant): the averaged Hessian is the Hessian.
TEST(Preconditioner, IsExactOnPeriodicProblemsWithConstantCoefficients) {
  auto const constant = [](double value) { return [value](test::Coordinates const&) { return value; }; };
  for (double const w : {1e-6, 1.0, 1e6}) {
    Fixture f(square(24, true, "2*lap(u) - lap(lap(u)) + a*u - 3", "none"), {{"u", constant(1.3)}}, {constant(0.7)}, w, 1e-3);
    EXPECT_LE(f.iterations(1e-8), 3) << w;
  }
}

/// One open axis, long enough for rows that stand for others: the model along it has true ends, and a constant state leaves nothing
/// for averages to miss.
TEST(Preconditioner, IsExactOnOpenLinesWithConstantCoefficients) {
  auto const constant = [](double value) { return [value](test::Coordinates const&) { return value; }; };
  std::string const deck =
      "[grid]\naxes = [\"x\"]\npoints = [120]\nlower = [0.0]\nupper = [1.0]\n"
      "[parameters.a]\nover = [\"x\"]\nsmoothness = { order = 2, weight = 1.0 }\n"
      "[equation]\nresidual = \"0.01*lap(u) + a*u - 3\"\n";
  for (double const w : {1e-2, 1.0, 1e2}) {
    Fixture f(deck, {{"u", constant(1.3)}}, {constant(0.7)}, w, 1e-3);
    EXPECT_LE(f.iterations(1e-10), 2) << w;
  }
}

/// The states alone, odd about the walls: sines, in which constant coefficients are diagonal.
TEST(Preconditioner, IsExactForStatesThatAreOddAboutTheWalls) {
  auto deck = square(24, false, "2*lap(u) - lap(lap(u)) + a - 3", "none");
  deck.insert(deck.find("[parameters"), "reflect = { y = \"odd\", x = \"odd\" }\n");
  auto const wave = [](test::Coordinates const& x) { return std::sin(pi * x[0]) * std::sin(2.0 * pi * x[1]); };
  for (double const w : {1e-6, 1.0, 1e6}) {
    Fixture f(deck, {{"u", wave}}, {wave}, w, 1e-3);
    f.objective.hold_parameters(true);
    f.preconditioner.update();
    EXPECT_LE(f.iterations(1e-8), 3) << w;
  }
}

TEST(Preconditioner, IsSymmetricAndPositive) {
  auto const wave = [](test::Coordinates const& x) { return std::sin(3.0 * x[0]) * std::cos(2.0 * x[1]); };
  auto const field = [](test::Coordinates const& x) { return 0.3 * std::sin(pi * x[0] * x[1]); };
  Fixture f(square(20, false, "a*lap(u) + dx(u) + 10"), {{"u", wave}}, {field}, 1.0, 1e-3);
  auto const a = f.objective.make_vector(), b = petsc::like(a), pa = petsc::like(a), pb = petsc::like(a);
  test::Random random(2);
  random.fill(a);
  random.fill(b);
  f.preconditioner.apply(a, pa);
  f.preconditioner.apply(b, pb);
  EXPECT_NEAR(test::dot(b, pa) / test::dot(a, pb), 1.0, 1e-8);
  EXPECT_GT(test::dot(a, pa), 0.0);
}

TEST(Preconditioner, BoundsTheIterationsOnOpenSquares) {
  auto const state = [](test::Coordinates const& x) {
    return 0.2 * std::sin(pi * x[0]) * std::sin(pi * x[1]) - 2.0 * (x[0] * x[0] + x[1] * x[1]);
  };
  auto const field = [](test::Coordinates const& x) { return 0.4 * std::sin(2.0 * pi * x[0]) * std::sin(2.0 * pi * x[1]); };
  auto const count = [&](int n, double w) {
    Fixture f(square(n, false, "a*lap(u) + 10"), {{"u", state}}, {field}, w, 1e-5);
    return f.iterations(1e-4);
  };
  for (double const w : {1.0, 100.0}) {
    int const coarse = count(32, w), fine = count(64, w);
    EXPECT_LE(fine, 60) << w;
    EXPECT_LE(fine, 1.5 * coarse + 2) << w;
    RecordProperty("iterations_32_" + std::to_string(static_cast<int>(w)), coarse);
    std::printf("w %g: %d iterations at 32^2, %d at 64^2\n", w, coarse, fine);
  }
}

/// A coefficient that jumps by a hundred: averages know neither side of it.
TEST(Preconditioner, LeavesAveragesForFactorsOfTheHessian) {
  auto const state = [](test::Coordinates const& x) { return std::sin(3.0 * x[0]) + x[1] * x[1]; };
  auto const field = [](test::Coordinates const& x) { return x[0] > 0.5 ? 4.6 : 0.0; };
  Fixture f(square(24, false, "a*lap(u) + 10"), {{"u", state}}, {field}, 1.0, 1e-5);
  int const by_averages = f.iterations(1e-6);
  ASSERT_TRUE(f.preconditioner.can_leave_averages());
  f.objective.set_averages_fail(true);
  joint::Preconditioner factors(f.objective);
  EXPECT_FALSE(factors.can_leave_averages());  // it has left them
  factors.update();
  EXPECT_LE(f.iterations(1e-6, factors), 3);
  EXPECT_GT(by_averages, 30);
}

/// Of a film over open t, y and x with one parameter.
std::vector<int> lines_of(std::string const& over, std::string const& residual) {
  auto const one = [](test::Coordinates const&) { return 1.0; };
  test::Case const c("[grid]\naxes = [\"t\", \"y\", \"x\"]\npoints = [12, 12, 12]\nlower = [0.0, 0.0, 0.0]\nupper = [1.0, 1.0, 1.0]\n[parameters.a]\nover = " + over +
                         "\n[equation]\nresidual = \"" + residual + "\"\n",
                     {{"u", one}}, {0.01, 1, {}, {}, MPI_COMM_WORLD});
  std::vector<std::vector<int>> axes;
  for (auto const& unknown : c.space.unknowns()) axes.push_back(unknown.axes);
  return problem::model_lines(c.grid, c.system, axes);
}

TEST(Preconditioner, HasLinesWhereWavesDoNotMixParities) {
  using Lines = std::vector<int>;
  std::string const heat = "dt(u) - dx(a*dx(u)) - dy(a*dy(u))", flow = "dt(u) + dx(u) - a*lap(u)";
  EXPECT_EQ(lines_of("[\"y\", \"x\"]", heat), (Lines{0, 1, 2}));
  EXPECT_EQ(lines_of("[\"t\", \"y\", \"x\"]", heat), Lines{0});   // the gradient of a is in even terms
  EXPECT_EQ(lines_of("[]", heat), Lines{0});
  EXPECT_EQ(lines_of("[]", flow), Lines{});
  EXPECT_EQ(lines_of("[\"x\"]", flow), (Lines{0, 1, 2}));
  EXPECT_EQ(lines_of("[\"t\", \"y\", \"x\"]", "dt(dt(u)) - dx(a*dx(u)) - dy(a*dy(u))"), (Lines{0, 1, 2}));
}

/// Open time and open space: lines of the states, exact along each axis in turn, leave little to be found (by waves along all axes: 52 and 153
/// iterations). A random diffusivity over space has waves that no lattice as coarse in space as in time holds (98); few functions of time, and a field as fine
/// as it is, hold them.
TEST(Preconditioner, ServesOpenTimeAndOpenSpace) {
  auto const count = [](int n, bool alone) {
    std::string const size = std::to_string(n);
    Fixture f("[grid]\naxes = [\"t\", \"y\", \"x\"]\npoints = [" + size + ", " + size + ", " + size + "]\nlower = [0.0, 0.0, 0.0]\nupper = [1.0, 1.0, 1.0]\n" +
                  "[parameters.D]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2, weight = 1.0 }\n[equation]\nresidual = \"dt(u) - dx(D*dx(u)) - dy(D*dy(u))\"\n",
              {{"u", [](auto const& at) { return std::exp(-at[0]) * std::sin(2.0 * at[1]) * std::cos(3.0 * at[2]); }}},
              {[](auto const& at) { return 0.05 + 0.02 * at[0] * at[1]; }}, 1000.0, 1e-3);
    f.objective.hold_parameters(alone);
    f.preconditioner.update();
    int const all = f.iterations(1e-6);
    std::printf("%d^3, %s: %d iterations\n", n, alone ? "states alone" : "all", all);
    return all;
  };
  EXPECT_LE(count(12, true), 26);
  EXPECT_LE(count(24, true), 40);
  EXPECT_LE(count(12, false), 28);
  EXPECT_LE(count(24, false), 45);
}

/// In a disc, and between sensors, there are factors for each wave of time; what a field over space does to all times at once, which they leave to
/// averages, is found among few functions of time.
TEST(Preconditioner, ServesFieldsOverSpaceBesideWavesOfTime) {
  auto const count = [](char const* where, problem::Problem (*change)(problem::Problem)) {
    Fixture f("[grid]\naxes = [\"t\", \"y\", \"x\"]\npoints = [12, 28, 28]\nlower = [0.0, 0.0, 0.0]\nupper = [1.0, 1.0, 1.0]\n[parameters.D]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2, weight = 1.0 }\n[equation]\nresidual = \"dt(u) - dx(D*dx(u)) - dy(D*dy(u))\"\n",
              {{"u", [](auto const& at) { return std::exp(-at[0]) * std::sin(2.0 * at[1]) * std::cos(3.0 * at[2]); }}},
              {[](auto const& at) { return 0.05 + 0.02 * at[0] * at[1]; }}, 1000.0, 1e-3, change);
    EXPECT_NE(joint::Preconditioner::describe(f.objective).find("each wave of time"), std::string::npos);
    f.preconditioner.update(nullptr, true);
    int const all = f.iterations(1e-4);
    std::printf("%s: %d iterations\n", where, all);
    return all;
  };
  EXPECT_LE(count("in a disc", in_a_disc), 42);        // 411 by waves and averages alone
  EXPECT_LE(count("between sensors", between_sensors), 65);   // 408
}

}  // namespace
