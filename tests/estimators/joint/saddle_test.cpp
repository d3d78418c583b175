// The saddle point of a stiff joint fit: its preconditioner is symmetric, and what it finds solves with the Hessian itself, in iterations that
// do not grow with the equation's weight as those of conjugate gradients do.
#include "estimators/joint/saddle.hpp"

#include "estimators/joint/gauss_newton.hpp"
#include "problem/case.hpp"

namespace {

using namespace mollis;
using test::pi;

/// u_t = u_xx + (5 + 3 s) u with s a wave in time and space: the averaged equation grows where the true one may decay.
std::string film(std::string const& over) {
  return "[grid]\naxes = [\"t\", \"x\"]\npoints = [16, 32]\nlower = [0.0, 0.0]\nupper = [0.3, 1.0]\nperiodic = [\"x\"]\n"
         "[fields.s]\nvalue = \"sin(2*pi*x + 3*t)\"\n"
         "[parameters.a]\nover = " + over + "\nsmoothness = { order = 2, weight = 1.0 }\n"
         "[equation]\nresidual = \"dt(u) - 0.05*lap(u) - (5 + 8*s)*u - a*(1 + 0.5*s)\"\n";
}

struct Fixture {
  Fixture(std::string const& over, double w)
      : c(film(over), {{"u", state}}, {0.01, 1, {}, {}, MPI_COMM_WORLD}), problem(c.problem()), objective(problem, joint::Lattice(c.grid, c.system, 7)),
        x(objective.make_vector()), averages(objective), stiff(objective) {
    objective.weights() = {{w}, {1e-3}};
    petsc::copy_in(test::sample(objective.lattice().extended(), state), x, objective.layout().state[0]);
    auto const p = test::vector_of(c, {[](test::Coordinates const& at) { return at.empty() ? 1.0 : 1.0 + 0.3 * std::cos(2.0 * pi * at.back()); }});
    objective.put_parameters(p, x);
    objective.move_to(x);
    objective.linearise();
    averages.update();
    objective.set_stiff(true);
    stiff.update();
  }
  static double state(test::Coordinates const& at) { return 1.0 + at[0] + std::sin(2.0 * pi * at[1]); }

  petsc::Vector rough(int seed) const {
    auto v = objective.make_vector();
    test::Random random(seed);
    random.fill(v);
    return v;
  }
  int conjugate_gradients(Vec b, Vec z, double tolerance) {
    joint::Hessian hessian(objective);
    return solver::ConjugateGradients(c.grid.comm(), objective.layout().size, hessian, &averages, {tolerance, 400, true}).solve(b, z).iterations;
  }

  test::Case c;
  problem::Problem problem;
  joint::Objective objective;
  petsc::Vector x;
  joint::Preconditioner averages, stiff;
};

class Over : public testing::TestWithParam<char const*> {};

TEST_P(Over, SolvesWithTheHessianInFewIterationsWhateverTheWeight) {
  int first = 0, last = 0, by_averages = 0;
  for (double const w : {1e2, 1e4, 1e6}) {
    Fixture f(GetParam(), w);
    ASSERT_TRUE(f.stiff.is_one_model());
    auto const y = f.rough(3), b = petsc::like(y), z = petsc::like(y), same = petsc::like(y);
    f.objective.apply_hessian(y, b);
    auto const outcome = joint::Saddle(f.objective, f.stiff).solve(b, z, nullptr, 1e-9, 200);
    EXPECT_TRUE(outcome.solved) << w;
    by_averages = f.conjugate_gradients(b, same, 1e-9);
    petsc::check(VecAXPY(z, -1.0, y));
    f.objective.apply_hessian(z, same);
    EXPECT_LT(std::sqrt(test::dot(z, same) / test::dot(y, b)), 1e-6) << w;   // in the norm of H
    (first == 0 ? first : last) = outcome.iterations;
    if (f.c.grid.rank() == 0) std::printf("w %g: %d iterations, conjugate gradients %d\n", w, outcome.iterations, by_averages);
  }
  EXPECT_LT(last, 2 * first);
  EXPECT_LT(3 * last, by_averages);
}

TEST_P(Over, HasASymmetricPreconditioner) {
  Fixture f(GetParam(), 1e3);
  std::vector<petsc::Vector> v, p;
  std::vector<std::vector<Field>> rows, multipliers(2);
  for (int i = 0; i < 2; ++i) {
    v.push_back(f.rough(5 + i));
    p.push_back(petsc::like(v.back()));
    rows.push_back(f.objective.jacobian(v.back()).equation);
    f.stiff.apply_saddle(v.back(), rows.back(), p.back(), multipliers[static_cast<std::size_t>(i)]);
  }
  auto const product = [&](std::size_t i, std::size_t j) {
    double sum = 0.0;
    auto const left = test::to_vector(rows[i][0]), right = test::to_vector(multipliers[j][0]);
    for (std::size_t n = 0; n < left.size(); ++n) sum += left[n] * right[n];
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return sum + test::dot(v[i], p[j]);
  };
  EXPECT_NEAR(product(0, 1) / product(1, 0), 1.0, 1e-8);
}

/// Entries that do not move stay, and those that do solve among themselves.
TEST(Saddle, LeavesWhatDoesNotMove) {
  Fixture f("[\"x\"]", 1e3);
  auto const moves = f.objective.make_vector(), y = f.rough(7), b = petsc::like(y), z = petsc::like(y), left = petsc::like(y);
  petsc::check(VecSet(moves, 1.0));
  auto const held = f.c.space.make_vector();
  f.objective.put_parameters(held, moves);   // zeros
  petsc::check(VecPointwiseMult(y, y, moves));
  f.objective.apply_hessian(y, b);
  petsc::check(VecPointwiseMult(b, b, moves));
  auto const outcome = joint::Saddle(f.objective, f.stiff).solve(b, z, moves, 1e-9, 200);
  EXPECT_TRUE(outcome.solved);
  petsc::check(VecAXPY(z, -1.0, y));
  f.objective.apply_hessian(z, left);
  EXPECT_LT(std::sqrt(test::dot(z, left) / test::dot(y, b)), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Saddle, Over, testing::Values("[\"x\"]", "[\"t\", \"x\"]", "[]"));

}  // namespace
