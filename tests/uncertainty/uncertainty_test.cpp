// Draws of errors have the covariance that they claim, and deviations are those of fits of data with other noise.
#include "uncertainty/uncertainty.hpp"

#include <fmt/format.h>

#include "choices/choose.hpp"
#include "estimators/make/make_estimator.hpp"
#include "problem/case.hpp"
#include "random/white_noise.hpp"
#include "uncertainty/chosen_weights.hpp"
#include "uncertainty/field_map.hpp"
#include "uncertainty/noise_share.hpp"
#include "uncertainty/student.hpp"

namespace mollis::test {
namespace {

std::string const heat = R"toml(
[grid]
axes = ["y", "x"]
points = [16, 18]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "2*pi^2*sin(pi*x)*sin(pi*y)*(1 + 0.3*x)"
[parameters.lambda]
over = ["y", "x"]
smoothness = { order = 2, weight = 1e-3 }
[equation]
residual = "lambda*lap(u) + m"
[mollifier]
radius = 4
)toml";
double bump(Coordinates const& x) { return std::sin(pi * x[0]) * std::sin(pi * x[1]); }

std::string const two_constants = R"toml(
[grid]
axes = ["t", "x"]
points = [33, 32]
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
form = "weak"
[mollifier]
radius = 8
)toml";
/// c = 1, k = 2.
double decaying(Coordinates const& x) { return std::exp(-2.0 * x[0]) * (1.5 + std::sin(2.0 * pi * (x[1] - x[0]))); }

struct Estimated {
  Estimated(std::string const& text, Formula const& state, char const* method, std::uint64_t seed = 1)
      : c(text, {{"u", state}}, options(method, seed)), problem(c.problem()) {
    Quiet const quiet;
    run::Stages stages;
    estimator = estimators::make_estimator(method);
    estimate = estimator->estimate(problem, choices::choose(problem, stages), stages);
  }
  static Options options(char const* method, std::uint64_t seed) {
    Options options;
    options.noise = 0.01;
    options.seed = seed;
    options.overrides = {std::string("inversion.method=") + method};
    return options;
  }
  Case c;
  problem::Problem problem;
  std::unique_ptr<estimate::Estimator> estimator;
  estimate::Estimate estimate;
};

uncertainty::Uncertainty quantify(Estimated const& e, int samples) {
  Quiet const quiet;
  uncertainty::Settings settings;
  settings.samples = samples;
  return uncertainty::quantify(e.problem, e.estimate, settings, 0);
}

/// Var(v . delta) over draws, of the part `noise + prior`, against v^T H^-1 v.
TEST(Draws, OfAJointFitHaveTheInverseHessianAsCovariance) {
  Estimated e(heat, bump, "joint");
  auto& linear = *e.estimate.linear;
  constexpr int directions = 4, draws = 200;
  Random random(7);
  std::vector<petsc::Vector> columns;
  double expected[directions], found[directions] = {};
  std::vector<petsc::Vector> v;
  for (int d = 0; d < directions; ++d) {
    v.push_back(linear.make_vector());
    columns.push_back(linear.make_vector());
    random.fill(v.back());
    ASSERT_TRUE(linear.solve(v.back(), columns.back(), 1e-8).converged);
    expected[d] = dot(v.back(), columns.back());
  }
  auto const noise = linear.make_vector(), prior = linear.make_vector();
  for (int number = 0; number < draws; ++number) {
    linear.draw(number, noise, prior);
    petsc::check(VecAXPY(noise, 1.0, prior));
    for (int d = 0; d < directions; ++d) found[d] += std::pow(dot(columns[static_cast<std::size_t>(d)], noise), 2) / draws;
  }
  double ratio = 0.0;
  for (int d = 0; d < directions; ++d) ratio += found[d] / expected[d] / directions;
  EXPECT_NEAR(ratio, 1.0, 5.0 * std::sqrt(2.0 / (directions * draws)));
}

TEST(Constants, DeviateAsTheirFitsOfOtherNoiseDo) {
  constexpr int seeds = 40;
  double mean[2] = {}, square[2] = {};
  for (int seed = 1; seed <= seeds; ++seed) {
    Estimated e(two_constants, decaying, "equation-error", static_cast<std::uint64_t>(seed));
    auto const pieces = e.problem.space().scatter(e.estimate.parameters);
    for (std::size_t p = 0; p < 2; ++p) {
      auto const host = on_host(pieces[p]);
      double const value = largest_over(MPI_COMM_WORLD, host.extent(0) > 0 ? host(0) : -HUGE_VAL);
      mean[p] += value / seeds;
      square[p] += value * value / seeds;
    }
  }
  Estimated e(two_constants, decaying, "equation-error");
  auto const sure = quantify(e, 64);
  ASSERT_TRUE(sure.computed) << sure.why_not;
  for (std::size_t p = 0; p < 2; ++p) {
    double const scatter = std::sqrt((square[p] - mean[p] * mean[p]) * seeds / (seeds - 1.0));
    EXPECT_NEAR(sure.constants.deviation(p) / scatter, 1.0, 4.0 * std::sqrt(0.5 / seeds + 0.5 / 64));
  }
}

TEST(Fields, AreKnownWhereTheDataReach) {
  for (char const* method : {"joint", "equation-error"}) {
    Estimated e(heat, bump, method);
    auto const sure = quantify(e, 12);
    ASSERT_TRUE(sure.computed) << sure.why_not;
    EXPECT_EQ(sure.draws, 12);
    auto const deviation = to_vector(sure.deviation[0]), known = to_vector(sure.known[0]);
    for (std::size_t i = 0; i < deviation.size(); ++i) {
      EXPECT_GT(deviation[i], 0.0);
      EXPECT_GT(known[i], 0.0);
      EXPECT_LE(known[i], 1.0);
    }
  }
}

/// The same fit, its weight chosen or given: what the choice adds is the move of the estimate for a unit of log beta, by two more fits,
/// times sqrt(2 / gamma).
TEST(Fields, AreLessKnownWhereTheirWeightWasChosen) {
  auto const with_weight = [](std::string const& weight, std::string const& penalty) {
    auto text = heat;
    text.replace(text.find("1e-3"), 4, weight).replace(text.find("order = 2"), 9, "order = 1");
    return text + "[joint]\npenalty = " + penalty + "\n";
  };
  Estimated const chosen(with_weight("\"auto\"", "1000.0"), bump, "joint");
  double const beta = chosen.estimate.smoothness.front();
  auto const fixed = [&](double factor) { return Estimated(with_weight(fmt::format("{:.17g}", factor * beta), "1000.0"), bump, "joint"); };
  Estimated const given = fixed(1.0), stiffer = fixed(1.1), softer = fixed(1.0 / 1.1);
  auto const& space = chosen.problem.space();
  auto const wide = on_host(quantify(chosen, 8).deviation.front()), narrow = on_host(quantify(given, 8).deviation.front());
  auto const values = [&](Estimated const& e) { return on_host(e.problem.space().scatter(e.estimate.parameters).front()); };
  auto const at = values(chosen), same = values(given), above = values(stiffer), below = values(softer);
  auto const v = chosen.estimate.linear->make_vector(), pull = chosen.estimate.linear->make_vector();
  chosen.estimate.linear->put_parameters(chosen.estimate.parameters, v);
  chosen.estimate.linear->prior(v, pull);
  PetscReal freedom = 0.0;
  VecDot(v, pull, &freedom);
  std::vector<petsc::Vector> moves;
  auto const solve = [&](Vec b, Vec x, std::string const&) { return chosen.estimate.linear->solve(b, x, 1e-8).converged; };
  std::vector<uncertainty::Bent> bent;
  ASSERT_TRUE(uncertainty::moves_of_weights(chosen.problem, space.scatter(chosen.estimate.parameters), *chosen.estimate.linear, solve, moves, &bent));
  auto const first = space.make_vector();
  chosen.estimate.linear->take_parameters(moves.front(), first);
  auto const move = on_host(space.scatter(first).front());
  // What the pull bends, once and twice: b = H^-1 beta L p of the move, and H^-1 beta L b by a solve of its own.
  auto const once = space.make_vector(), twice = chosen.estimate.linear->make_vector();
  VecCopy(first, once);
  VecScale(once, std::sqrt(0.5 * freedom));
  VecSet(v, 0.0);
  chosen.estimate.linear->put_parameters(once, v);
  chosen.estimate.linear->prior(v, pull);
  VecSet(twice, 0.0);
  ASSERT_TRUE(solve(pull, twice, ""));
  auto const of_twice = space.make_vector();
  chosen.estimate.linear->take_parameters(twice, of_twice);
  VecAXPY(of_twice, 1.0, once);
  auto const expected = on_host(space.scatter(of_twice).front()), found = on_host(bent.front().by.front());
  EXPECT_NEAR(bent.front().freedom, freedom / chosen.estimate.linear->overweight(0), 1e-9 * freedom);
  double size = 0.0, wrong = 0.0;
  for (std::size_t i = 0; i < expected.extent(0); ++i) {
    size = std::max(size, std::abs(expected(i)));
    wrong = std::max(wrong, std::abs(found(i) - expected(i)));
  }
  EXPECT_GT(size, 0.0);
  EXPECT_LT(wrong, 1e-5 * size);
  double sums[4] = {0.0, 0.0, 0.0, 0.0};  // of the move, what it was to be, what the two fits differ by, what was added
  for (std::size_t i = 0; i < at.extent(0); ++i) {
    double const moved = (above(i) - below(i)) / (2.0 * std::log(1.1));
    sums[0] += move(i) * move(i);
    sums[1] += 2.0 / freedom * moved * moved;
    sums[2] += std::pow(at(i) - same(i), 2);
    sums[3] += wide(i) * wide(i) - narrow(i) * narrow(i);
  }
  for (double& sum : sums) sum = sum_over(space.grid().comm(), sum);
  EXPECT_LT(sums[2], 1e-3 * sums[1]);
  EXPECT_GT(sums[3], 0.5 * sums[1]);
  EXPECT_NEAR(sums[0], sums[1], 0.05 * sums[1]);
}

/// Stiffer by hand than the field supports: deviations tell what that takes from the field, not what the prior makes of it.
TEST(Fields, AreLessKnownWhereTheyAreTooStiff) {
  auto text = heat;
  text.replace(text.find("1 + 0.3*x"), 9, "1 + 0.3*cos(2*pi*x)").replace(text.find("1e-3"), 4, "0.1");
  Estimated const e(text, bump, "joint");
  EXPECT_GT(e.estimate.linear->overweight(0), 10.0);
  auto const deviation = on_host(quantify(e, 12).deviation.front()), fitted = on_host(e.problem.space().scatter(e.estimate.parameters).front());
  auto const truth = on_host(sample(e.problem.grid, [](Coordinates const& x) { return 1.0 + 0.3 * std::cos(2.0 * pi * x[1]); }));
  double sums[3] = {0.0, 0.0, 0.0};  // points, those within two deviations, squares of the error over those of the deviation
  for (std::size_t i = 0; i < truth.extent(0); ++i) {
    double const error = std::abs(fitted(i) - truth(i));
    sums[0] += 1.0;
    sums[1] += error < 1.96 * deviation(i) ? 1.0 : 0.0;
    sums[2] += std::pow(error / deviation(i), 2);
  }
  for (double& sum : sums) sum = sum_over(e.problem.grid.comm(), sum);
  EXPECT_GT(sums[1], 0.8 * sums[0]);
  EXPECT_GT(sums[2], 0.05 * sums[0]);
}

/// The first draws add the squares of both their parts, later ones that of the whole: on average the same.
TEST(Draws, InPartsAreAsLargeAsWholeOnes) {
  Estimated e(heat, bump, "joint");
  auto const mean_square = [&](int samples) {
    double sum = 0.0;
    for (double const d : to_vector(quantify(e, samples).deviation[0])) sum += d * d;
    return sum_over(MPI_COMM_WORLD, sum);
  };
  double const ratio = mean_square(5) / mean_square(40);   // the former is widened for 5 to 10 degrees of freedom, by 1.3 to 1.7
  EXPECT_GT(ratio, 0.9);
  EXPECT_LT(ratio, 2.5);
}

TEST(Draws, AreTheSameOnAnyNumberOfRanks) {
  Estimated e(heat, bump, "joint");
  auto const sure = quantify(e, 4);
  double sum = 0.0;
  for (double const d : to_vector(sure.deviation[0])) sum += d * d;
  sum = sum_over(MPI_COMM_WORLD, sum);
  if (e.c.grid.ranks() == 1) return;
  Options alone = Estimated::options("joint", 1);
  alone.comm = MPI_COMM_SELF;
  Case c(heat, {{"u", bump}}, alone);
  auto const problem = c.problem();
  Quiet const quiet;
  run::Stages stages;
  auto const estimate = estimators::make_estimator("joint")->estimate(problem, choices::choose(problem, stages), stages);
  uncertainty::Settings settings;
  settings.samples = 4;
  double own = 0.0;
  for (double const d : to_vector(uncertainty::quantify(problem, estimate, settings, 0).deviation[0])) own += d * d;
  EXPECT_NEAR(sum / own, 1.0, 1e-2);  // as far as linear solves to 1e-3 agree
}

/// Waves that are carried and damped, on cells that are narrow at both ends: derivatives err there, where rows tell next to nothing of D and v.
TEST(NoiseShare, IsThatOfRowsThatTell) {
  std::string const carried = R"toml(
[grid]
axes = ["t", "x"]
points = [21, 51]
lower = [0.0, 0.0]
upper = [0.8, 1.0]
[parameters.D]
over = []
[parameters.v]
over = []
[equation]
residual = "dt(u) + v*dx(u) - D*d(u, \"xx\")"
)toml";
  auto const waves = [](Coordinates const& x) {
    auto const wave = [&](double q, double phase) { return std::exp(-0.05 * q * q * x[0]) * std::cos(q * (x[1] - 0.7 * x[0]) + phase); };
    return wave(3.0, 0.0) + 0.5 * wave(7.0, 1.0) + 0.7 * wave(5.0, 2.0);
  };
  std::vector<double> t, x;
  for (int i = 0; i < 21; ++i) t.push_back(0.8 * std::pow(i / 20.0, 2));
  for (int i = 0; i < 51; ++i) x.push_back(0.5 * (1.0 - std::cos(pi * i / 50.0)));
  auto options = Estimated::options("joint", 1);
  options.noise = 0.02;
  options.axes = {grid::axis_from_coordinates("t", t, 0.0), grid::axis_from_coordinates("x", x, 0.0)};
  Case const c(carried, {{"u", waves}}, options);
  auto const problem = c.problem();
  Quiet const quiet;
  run::Stages stages;
  auto const estimate = estimators::make_estimator("joint")->estimate(problem, choices::choose(problem, stages), stages);
  auto& linear = *estimate.linear;
  uncertainty::Settings settings;
  settings.samples = 8;
  auto const sure = uncertainty::quantify(problem, estimate, settings, 0);
  uncertainty::NoiseShare plain(problem, linear, sure.constants.unknowns);
  auto const noise = linear.make_vector(), prior = linear.make_vector(), error = linear.make_vector();
  for (int n = 0; n < 4; ++n) {
    linear.draw(n, noise, prior);
    petsc::check(VecAXPY(noise, 1.0, prior));
    petsc::check(VecSet(error, 0.0));
    ASSERT_TRUE(linear.solve(noise, error, 1e-3).converged);
    plain.add(error, {});
  }
  EXPECT_GT(plain.result({}), 0.5);
  EXPECT_LT(sure.noise_share, 0.1);
  EXPECT_GT(sure.noise_share, 0.0);
}

TEST(FitLeft, TellsNoiseFromWhatNeighboursShare) {
  Estimated e(heat, bump, "equation-error");
  estimate::Rows white, flat, weights = e.estimate.linear->weights();
  for (auto const& weight : weights.equation) {
    Kokkos::deep_copy(weight, 4.0);
    white.equation.push_back(mollis::random::white_noise(e.c.grid, 0.5, {11, 0, mollis::random::Stream::Purpose::noise}));
    flat.equation.push_back(make_field("flat", e.c.grid.local_size()));
    Kokkos::deep_copy(flat.equation.back(), 0.5);
  }
  auto const noise = uncertainty::fit_left(e.problem, white, weights), shared = uncertainty::fit_left(e.problem, flat, weights);
  EXPECT_NEAR(noise.square, 1.0, 0.3);
  EXPECT_NEAR(noise.coarse, 1.0, 0.9);
  EXPECT_NEAR(shared.square, 1.0, 1e-12);
  EXPECT_NEAR(shared.coarse, 16.0 * 18.0 / 64.0, 0.1);
}

/// lambda = e^p: of the deviation 0.1 of p the tenth of lambda; known to 1 / (1 + 0.01), against logarithms of size 1.
TEST(FieldMap, DeviatesInTheUnitOfTheValues) {
  std::string text = heat;
  text.replace(text.find("smoothness"), 10, "transform = \"log\"\nsmoothness");
  Case const c(text, {{"u", bump}}, Estimated::options("equation-error", 1));
  auto const problem = c.problem();
  auto const size = c.space.unknowns()[0].grid.local_size();
  Field const fitted = make_field("p", size);
  Kokkos::deep_copy(fitted, std::log(3.0));
  HostField const variance = make_host_field("variance", size);
  Kokkos::deep_copy(variance, 0.01);
  auto const map = uncertainty::field_map(problem, 0, fitted, variance);
  auto const deviation = on_host(map.deviation), known = on_host(map.known);
  ASSERT_EQ(static_cast<Index>(deviation.extent(0)), size);
  for (std::size_t i = 0; i < deviation.extent(0); ++i) {
    EXPECT_NEAR(deviation(i), 0.3, 1e-14);
    EXPECT_NEAR(known(i), 1.0 / 1.01, 1e-14);
  }
}

TEST(Student, WidensAsTablesDo) {
  EXPECT_NEAR(1.959964 * uncertainty::widening(8), 2.306004, 2e-3);
  EXPECT_NEAR(1.959964 * uncertainty::widening(24), 2.063899, 1e-4);
}

}  // namespace
}  // namespace mollis::test
