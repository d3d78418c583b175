// The joint objective: its value against sums by hand, gradients by Taylor slopes, the Gauss-Newton matrix by symmetry,
// differences of residuals and sums over ranks.
#include "estimators/joint/objective.hpp"

#include "scattered.hpp"
#include "petsc/access.hpp"
#include "problem/case.hpp"

namespace {

using namespace mollis;
using test::pi;

/// Two states, a field and a constant, a logarithm, gaps, open, periodic and reflecting axes.
struct Sample {
  char const* name;
  char const* deck;
  deck::Named<test::Formula> states;
};

std::vector<Sample> samples() {
  auto const wave = [](test::Coordinates const& x) { return std::sin(3.0 * x[0]) * std::cos(2.0 * pi * x[1]) + 0.3 * x[0]; };
  auto const bump = [](test::Coordinates const& x) { return std::exp(-x[0] * x[0]) + 0.2 * std::cos(2.0 * pi * x[1]); };
  return {{"open y, periodic x, logarithm",
           R"([grid]
axes = ["y", "x"]
points = [17, 16]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["x"]
[parameters.a]
over = ["y", "x"]
transform = "log"
smoothness = { order = 2, weight = 1.0 }
[equation]
residual = "dx(a*dx(u)) + dy(a*dy(u)) + u^2 - 1")",
           {{"u", wave}}},
          {"two states, a constant and a profile, reflection",
           R"([grid]
axes = ["y", "x"]
points = [13, 15]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
reflect = { y = "even" }
[parameters.k]
over = []
[parameters.b]
over = ["x"]
[equation]
residuals = ["dy(u) + k*v*u - b", "lap(v) + b*u*v"])",
           {{"u", wave}, {"v", bump}}}};
}

/// As if the last state had not been observed.
void forget(problem::Problem& problem) {
  auto& state = problem.states.back();
  state.unobserved = true;
  state.gaps = problem.grid.points();
  state.data = test::to_field(std::vector<double>(static_cast<std::size_t>(problem.grid.local_size()), NAN));
}

/// Every seventh datum of the first state is far off.
void spoil(problem::Problem& problem) {
  auto& state = problem.states.front();
  state.loss = observations::Loss::robust;
  auto values = test::to_vector(state.data);
  for (std::size_t i = 0; i < values.size(); i += 7) values[i] += 9.0;
  state.data = test::to_field(values);
}

using Change = void (*)(problem::Problem&);

problem::Problem made(test::Case const& c, bool points, Change change) {
  auto problem = points ? test::scattered(c.problem(), 40) : c.problem();
  if (change != nullptr) change(problem);
  return problem;
}

struct Fixture {
  explicit Fixture(Sample const& sample, bool points = false, Change change = nullptr)
      : c(sample.deck, sample.states, {0.05, 1, {}, {}, MPI_COMM_WORLD}),
        problem(made(c, points, change)),
        objective(problem, joint::Lattice(c.grid, c.system, 7)),
        x(objective.make_vector()) {
    objective.weights() = {std::vector<double>(static_cast<std::size_t>(c.system.residuals), 0.7),
                           std::vector<double>(c.space.unknowns().size(), 0.3)};
    test::Random random(3);
    random.fill(x);
  }
  double value(Vec at) { return objective.move_to(at).value(objective.weights()); }
  test::Case c;
  problem::Problem problem;
  joint::Objective objective;
  petsc::Vector x;
};

petsc::Vector random_like(Vec x, unsigned seed) {
  auto direction = petsc::like(x);
  test::Random random(seed);
  random.fill(direction);
  return direction;
}

petsc::Vector moved(Vec x, double step, Vec direction) {
  auto there = petsc::like(x);
  petsc::check(VecCopy(x, there));
  petsc::check(VecAXPY(there, step, direction));
  return there;
}

void expect_taylor(Fixture& f, char const* name) {
  double const here = f.value(f.x);
  auto const gradient = petsc::like(f.x), direction = random_like(f.x, 7);
  f.objective.gradient(gradient);
  double const slope = test::dot(gradient, direction);
  std::vector<double> remainders;
  for (double step = 1e-3; step > 1e-4; step /= 2.0)
    remainders.push_back(std::abs(f.value(moved(f.x, step, direction)) - here - step * slope));
  for (std::size_t i = 1; i < remainders.size(); ++i) EXPECT_NEAR(std::log2(remainders[i - 1] / remainders[i]), 2.0, 0.1) << name;
}

TEST(Objective, TaylorRemaindersOfTheGradientFallWithTheSquareOfTheStep) {
  for (auto const& sample : samples())
    for (bool const points : {false, true}) {
      Fixture f(sample, points);
      expect_taylor(f, sample.name);
    }
}

/// Weights of least squares are those of the loss: the same slope.
TEST(Objective, GradientIsThatOfTheLoss) {
  for (auto const& sample : samples())
    for (bool const points : {false, true}) {
      Fixture f(sample, points, spoil);
      auto const value = [&](Vec at) {
        f.objective.move_to(at);
        auto parts = f.objective.reweigh();
        std::swap(parts.misfit, parts.cost);
        return parts.value(f.objective.weights());
      };
      double const here = value(f.x);
      double outside = 0.0;
      for (double const trust : test::to_vector(f.objective.trust(0))) outside += trust < 0.5 ? 1.0 : 0.0;
      EXPECT_GT(test::sum_over(f.problem.grid.comm(), outside), 0.0) << sample.name;
      auto const gradient = petsc::like(f.x), direction = random_like(f.x, 7);
      f.objective.gradient(gradient);
      double const slope = test::dot(gradient, direction);
      std::vector<double> remainders;
      for (double step = 2e-4; step > 2e-5; step /= 2.0)
        remainders.push_back(std::abs(value(moved(f.x, step, direction)) - here - step * slope));
      for (std::size_t i = 1; i < remainders.size(); ++i)
        EXPECT_NEAR(std::log2(remainders[i - 1] / remainders[i]), 2.0, 0.1) << sample.name;
    }
}

/// What stands in for data is a prior: no datum, no misfit, one deviation in all where the state is as large as its
/// size.
TEST(Objective, OfAStateThatWasNotObserved) {
  auto const sample = samples().back();
  Fixture f(sample, false, forget);
  f.objective.set_sizes({0.0, 2.0});
  expect_taylor(f, sample.name);
  double const misfit = f.objective.move_to(f.x).misfit;
  Fixture other(sample);
  EXPECT_LT(misfit, other.objective.move_to(f.x).misfit);
  EXPECT_EQ(f.objective.counted(), static_cast<double>(f.problem.grid.points()));
  auto const ones = f.objective.make_vector();
  {
    petsc::Writing entries(ones);
    Kokkos::deep_copy(entries.piece(f.objective.layout().state[1], f.objective.layout().state_size), 2.0);
  }
  EXPECT_NEAR(f.objective.move_to(ones).prior, 1.0, 1e-9);
}

TEST(Objective, HessianIsSymmetricAndPositive) {
  for (auto const& sample : samples()) {
    Fixture f(sample);
    f.value(f.x);
    f.objective.linearise();
    auto const a = random_like(f.x, 11), b = random_like(f.x, 12), ha = petsc::like(f.x), hb = petsc::like(f.x);
    f.objective.apply_hessian(a, ha);
    f.objective.apply_hessian(b, hb);
    EXPECT_NEAR(test::dot(b, ha) / test::dot(a, hb), 1.0, 1e-11) << sample.name;
    EXPECT_GT(test::dot(a, ha), 0.0);
  }
}

/// What has been set down is made again by the next move, and products need none of it.
TEST(Objective, IsTheSameOnceItIsTakenUpAgain) {
  for (auto const& sample : samples()) {
    Fixture f(sample);
    double const value = f.value(f.x);
    auto const gradient = petsc::like(f.x), again = petsc::like(f.x), direction = random_like(f.x, 11);
    f.objective.gradient(gradient);
    f.objective.apply_hessian(direction, again);
    double const curvature = test::dot(direction, again);
    auto const state = f.objective.state(0);
    double const square = kernels::dot(state, state);
    f.objective.set_down();
    f.objective.apply_hessian(direction, again);
    EXPECT_EQ(test::dot(direction, again), curvature) << sample.name;
    EXPECT_THROW(f.objective.gradient(again), std::logic_error);
    f.value(direction);
    EXPECT_EQ(kernels::dot(state, state), square) << "a state that was handed out has changed";
    EXPECT_EQ(f.value(f.x), value);
    f.objective.gradient(again);
    petsc::check(VecAXPY(again, -1.0, gradient));
    EXPECT_EQ(test::dot(again, again), 0.0) << sample.name;
  }
}

/// lap(v) has the number 1 for v_yy and v_xx: one array; b u v and lap(v) do not.
TEST(Objective, PartialsThatAreTheSameAreOneArray) {
  Fixture f(samples()[1]);
  f.value(f.x);
  f.objective.linearise();
  auto const& by = f.c.system.by_state;
  auto const& partials = f.objective.partials().state;
  auto const of = [&](int residual, mollifier::MultiIndex const& order) -> Field const& {
    for (std::size_t j = 0; j < by.size(); ++j) {
      auto const& feature = f.c.system.features[static_cast<std::size_t>(by[j].feature)];
      if (by[j].residual == residual && feature.index == 1 && feature.order == order) return partials[j];
    }
    throw std::out_of_range("no such partial");
  };
  EXPECT_EQ(of(1, {2, 0, 0, 0}).data(), of(1, {0, 2, 0, 0}).data());
  EXPECT_NE(of(1, {2, 0, 0, 0}).data(), of(1, {0, 0, 0, 0}).data());
}

/// Rows of scattered points: their transpose, their weights, their part of the Hessian.
TEST(Objective, RowsOfPointsMakeTheHessian) {
  for (auto const& sample : samples()) {
    Fixture f(sample, true);
    f.value(f.x);
    f.objective.linearise();
    auto const v = random_like(f.x, 31), product = petsc::like(f.x), prior = petsc::like(f.x), sum = petsc::like(f.x);
    auto const rows = f.objective.jacobian(v), weights = f.objective.row_weights();
    ASSERT_EQ(rows.data.front().extent(0), f.problem.states.front().points->number.size());
    auto weighted = rows;
    for (auto const& [of, by] : {std::pair{&weighted.data, &weights.data}, std::pair{&weighted.equation, &weights.equation}})
      for (std::size_t k = 0; k < of->size(); ++k) {
        auto values = test::to_vector((*of)[k]);
        auto const w = test::to_vector((*by)[k]);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] *= w[i];
        (*of)[k] = test::to_field(values);
      }
    f.objective.jacobian_transposed(weighted, sum);
    f.objective.apply_prior(v, prior);
    petsc::check(VecAXPY(sum, 1.0, prior));
    f.objective.apply_hessian(v, product);
    petsc::check(VecAXPY(sum, -1.0, product));
    EXPECT_LT(test::dot(sum, sum), 1e-22 * test::dot(product, product)) << sample.name;
  }
}

/// a^T H a against the squares of differences of the state, of the residuals and of the smoothness: none of the
/// Hessian's own parts. The residuals' part converges with the second power of the step.
TEST(Objective, HessianIsThatOfTheLinearisedResiduals) {
  for (auto const& sample : samples()) {
    Fixture f(sample);
    auto const direction = random_like(f.x, 21), product = petsc::like(f.x);
    f.value(f.x);
    f.objective.linearise();
    f.objective.apply_hessian(direction, product);
    double const expected = test::dot(direction, product);
    double const step = 1e-5;
    std::vector<std::vector<Field>> states(2), residuals(2);
    for (int side = 0; side < 2; ++side) {
      f.value(moved(f.x, side == 0 ? -step : step, direction));
      for (std::size_t s = 0; s < f.c.states.size(); ++s)
        states[static_cast<std::size_t>(side)].push_back(f.objective.state(static_cast<int>(s)));
      residuals[static_cast<std::size_t>(side)] = f.objective.residuals();
    }
    auto const square = [&](Field const& low, Field const& high) {
      auto const a = test::to_vector(low), b = test::to_vector(high);
      double sum = 0.0;
      for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow((b[i] - a[i]) / (2.0 * step), 2);
      return test::sum_over(MPI_COMM_WORLD, sum);
    };
    double sum = 0.0;
    for (std::size_t s = 0; s < f.c.states.size(); ++s)
      sum += square(states[0][s], states[1][s]) / std::pow(f.c.states[s].sigma, 2);
    for (std::size_t k = 0; k < residuals[0].size(); ++k) sum += 0.7 * square(residuals[0][k], residuals[1][k]);
    auto const tail = f.c.space.make_vector();
    f.objective.take_parameters(direction, tail);
    auto const zero = f.objective.make_vector();
    f.objective.put_parameters(tail, zero);
    for (double const rough : f.objective.move_to(zero).roughness) sum += 0.3 * rough;
    sum += f.objective.move_to(direction).prior;  // a quadratic form of the states
    EXPECT_NEAR(sum / expected, 1.0, 1e-6) << sample.name;
  }
}

TEST(Objective, ValueDoesNotDependOnRanks) {
  for (auto const& sample : samples()) {
    Fixture f(sample);
    auto const& extended = f.objective.lattice().extended();
    double values[2];
    for (int alone = 0; alone < 2; ++alone) {
      test::Case c(sample.deck, sample.states, {0.05, 1, {}, {}, alone ? MPI_COMM_SELF : MPI_COMM_WORLD});
      auto const problem = c.problem();
      joint::Objective objective(problem, joint::Lattice(c.grid, c.system, 7));
      objective.weights() = f.objective.weights();
      auto const x = objective.make_vector();
      auto const& lattice = objective.lattice().extended();
      auto const wave = [&](test::Coordinates const& at) { return std::cos(4.0 * at[0] + 2.0 * pi * at[1]); };
      for (std::size_t s = 0; s < c.states.size(); ++s)
        petsc::copy_in(test::sample(lattice, wave), x, objective.layout().state[s]);
      auto const p = parameters::first_guess(c.space);
      objective.put_parameters(p, x);
      values[alone] = objective.move_to(x).value(objective.weights());
    }
    EXPECT_GT(extended.points(), f.c.grid.points() - 1);
    EXPECT_NEAR(values[0] / values[1], 1.0, 1e-10) << sample.name;
  }
}

}  // namespace
