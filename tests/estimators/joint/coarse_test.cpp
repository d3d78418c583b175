// The second level of open time and open space: the Hessian itself on smooth states and parameters, and a parameter's own part of it.
#include "estimators/joint/coarse_model.hpp"

#include <random>

#include "estimators/joint/gauss_newton.hpp"
#include "estimators/joint/own_inverse.hpp"
#include "petsc/access.hpp"
#include "problem/case.hpp"
#include "scattered.hpp"

namespace {

using namespace mollis;

double film(test::Coordinates const& at) { return std::exp(-at[0]) * (1.0 + std::sin(2.0 * at[1]) * std::cos(3.0 * at[2])) + 0.3 * at[2]; }
double field(test::Coordinates const& at) { return 0.5 + 0.2 * at[0] * at[1]; }
double constant(test::Coordinates const&) { return 0.7; }

problem::Problem as_it_is(problem::Problem problem) { return problem; }
problem::Problem between_sensors(problem::Problem problem) { return test::scattered(std::move(problem), 50); }
problem::Problem in_a_disc(problem::Problem problem) { return test::masked(std::move(problem), test::disc); }

/// Open time, an axis y as the deck has it, open x; a diffusivity over y and x and a constant.
struct Fixture {
  explicit Fixture(std::string const& more, problem::Problem (*change)(problem::Problem) = as_it_is)
      : c("[grid]\naxes = [\"t\", \"y\", \"x\"]\npoints = [13, 16, 18]\nlower = [0.0, 0.0, 0.0]\nupper = [1.0, 1.0, 1.0]\n" + more +
              "[parameters.D]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2, weight = 1.0 }\n[parameters.k]\nover = []\n"
              "[equation]\nresidual = \"dt(u) - dx(D*dx(u)) - dy(D*dy(u)) + k*u\"\n",
          {{"u", film}}, {0.01, 1, {}, {}, MPI_COMM_WORLD}),
        problem(change(c.problem())), objective(problem, joint::Lattice(c.grid, c.system, 7)), x(objective.make_vector()) {
    objective.weights() = {{2.0}, {0.5, 0.0}};
    petsc::copy_in(test::sample(objective.lattice().extended(), film), x, objective.layout().state[0]);
    objective.put_parameters(test::vector_of(c, {field, constant}), x);
    objective.move_to(x);
    objective.linearise();
  }
  /// Entries between -1 and 1; parameters' alone, or all.
  petsc::Vector some(bool parameters_alone) {
    auto v = objective.make_vector();
    std::mt19937 random(static_cast<unsigned>(c.grid.owned()[2].lower + 1));
    std::uniform_real_distribution<double> entry(-1.0, 1.0);
    petsc::Writing to(v);
    Index const first = parameters_alone ? objective.layout().parameters : 0, size = objective.layout().size - first;
    Field const piece = to.piece(first, size);
    auto const host = Kokkos::create_mirror_view(piece);
    for (Index i = 0; i < size; ++i) host(static_cast<std::size_t>(i)) = entry(random);
    Kokkos::deep_copy(piece, host);
    return v;
  }
  test::Case c;
  problem::Problem problem;
  joint::Objective objective;
  petsc::Vector x;
};

/// |Z (Z^T H Z)^-1 Z^T H v - v| / |v| in the norm of H, for a v that Z spans: 0 where the matrix is that of the Hessian's own products. Rounding
/// is as much more as functions are alike where there are few data.
double error_in_span(Fixture& f, joint::CoarseModel const& model) {
  auto const r = f.some(false), v = petsc::like(r), image = petsc::like(r), back = petsc::like(r);
  auto const energy = [&](Vec of) {
    f.objective.apply_hessian(of, image);
    return test::dot(of, image);
  };
  petsc::check(VecSet(v, 0.0));
  petsc::check(VecSet(back, 0.0));
  model.add(r, v);
  double const whole = energy(v);
  model.add(image, back);
  petsc::check(VecAXPY(back, -1.0, v));
  return std::sqrt(energy(back) / whole);
}

TEST(CoarseModel, IsTheHessianOnWhatItsFunctionsSpan) {
  auto const check = [](std::string const& more, problem::Problem (*change)(problem::Problem)) {
    Fixture f(more, change);
    auto const models = joint::CoarseModel::all(f.objective);
    ASSERT_EQ(models.size(), 2U);   // smooth functions; slow ones of time
    for (auto const& model : models) {
      model->update();
      EXPECT_LT(error_in_span(f, *model), 1e-6) << more;
    }
    f.objective.hold_parameters(true);
    for (auto const& model : models) {
      model->update();
      EXPECT_LT(error_in_span(f, *model), 1e-6) << more << "parameters held";
    }
  };
  for (auto const change : {as_it_is, between_sensors, in_a_disc})
    for (std::string const more : {"", "periodic = [\"y\"]\n", "periodic = [\"t\"]\n"}) check(more, change);
}

TEST(CoarseModel, LeavesReflectingAxesAlone) {
  Fixture f("reflect = { x = \"even\" }\n");
  EXPECT_TRUE(joint::CoarseModel::all(f.objective).empty());
}

/// Of a state over t, y, x: slow functions stand along axes over which no field varies, if there is a field at all.
TEST(CoarseSets, HaveSlowFunctionsWhereNoFieldVaries) {
  auto const block = [](std::vector<int> const& axes) {
    problem::CoarseBlock of{axes, {}};
    for (int const a : axes) of.lines.push_back({a == 0 ? 37 : 54, false});
    return of;
  };
  problem::CoarseBlocks const state{block({0, 1, 2})};
  EXPECT_EQ(problem::coarse_sets(state, {block({})}).size(), 1U);
  EXPECT_EQ(problem::coarse_sets(state, {block({0, 1, 2}), block({1})}).size(), 1U);
  auto const sets = problem::coarse_sets(state, {block({1, 2}), block({})});
  ASSERT_EQ(sets.size(), 2U);
  EXPECT_FALSE(sets[0][0].lines[0].slow);
  EXPECT_TRUE(sets[1][0].lines[0].slow);
  EXPECT_EQ(sets[1][0].lines[0].functions(), 3);
  EXPECT_FALSE(sets[1][0].lines[1].slow);
  EXPECT_LT(sets[1][0].lines[1].ratio, sets[0][0].lines[1].ratio);
  EXPECT_LT(sets[1][1].lines[0].ratio, sets[1][0].lines[1].ratio);   // the field finer than the state
  for (auto const& set : sets) {
    Index sum = 0;
    for (auto const& of : set) sum += of.size();
    EXPECT_LE(sum, &set == &sets[0] ? problem::most_smooth : problem::most_slow);
  }
}

/// The Hessian's answer to a parameter alone, in the parameter's own entries, goes back to it.
TEST(OwnInverse, InvertsTheParametersPartOfTheHessian) {
  for (std::string const more : {"", "periodic = [\"y\"]\n"}) {
    Fixture f(more);
    auto const& unknown = f.c.space.unknowns()[0];
    joint::OwnInverse inverse(f.objective, 0);
    inverse.update();
    auto const v = f.some(true), image = petsc::like(v);
    Index const k = f.objective.layout().parameters + f.c.space.unknowns()[1].offset;
    if (f.c.space.unknowns()[1].owner) {
      petsc::Writing to(v);
      Field const constant_entry = to.piece(k, 1);
      Kokkos::deep_copy(constant_entry, 0.0);
    }
    f.objective.apply_hessian(v, image);
    Index const first = f.objective.layout().parameters + unknown.offset, size = unknown.owner ? unknown.grid.local_size() : 0;
    HostField const entries("entries", static_cast<std::size_t>(unknown.grid.local_size()));
    {
      petsc::Reading const from(image);
      if (size > 0) Kokkos::deep_copy(entries, from.piece(first, size));
    }
    inverse.apply(entries);
    petsc::Reading const from(v);
    double largest = 0.0;
    if (size > 0) {
      auto const wanted = on_host(from.piece(first, size));
      for (Index i = 0; i < size; ++i) largest = std::max(largest, std::abs(entries[static_cast<std::size_t>(i)] - wanted(static_cast<std::size_t>(i))));
    }
    MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    EXPECT_LT(largest, 1e-6) << more;
  }
}

/// The error of conjugate gradients in the norm of H, over that at the start, from states and parameters of all lengths.
TEST(CoarseModel, LeavesFewIterations) {
  Fixture f("");
  joint::Preconditioner preconditioner(f.objective);
  preconditioner.update();
  joint::Hessian hessian(f.objective);
  auto const y = f.some(false), b = petsc::like(y), x = petsc::like(y), image = petsc::like(y);
  hessian.apply(y, b);
  double const whole = test::dot(y, b);
  solver::ConjugateGradients(f.c.grid.comm(), f.objective.layout().size, hessian, &preconditioner, {1e-14, 60, true}).solve(b, x);
  petsc::check(VecAXPY(x, -1.0, y));
  hessian.apply(x, image);
  double const left = std::sqrt(test::dot(x, image) / whole);
  std::printf("after 60 iterations %.2e\n", left);
  EXPECT_LT(left, 1e-9);
}

}  // namespace
