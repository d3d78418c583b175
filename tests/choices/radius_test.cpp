// The automatic choices against the best that could have been chosen, found by trying all of them with the truth known.
#include "choices/lepski.hpp"
#include "choices/tune.hpp"
#include "problem/case.hpp"

namespace mollis::test {
namespace {

int here() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

/// Mean square error of a derivative at every rung of the ladder (all groups at the same rung); the best rung.
int best_rung(Case& c, choices::Ladder const& ladder, mollifier::MultiIndex const& order, Formula const& exact,
              std::vector<double>& errors) {
  int best = 0;
  for (int rung = 0; rung < ladder.rungs(0); ++rung) {
    auto const radii = mollifier::with_radii(c.grid, c.deck.mollifier, ladder.radii({rung}));
    mollifier::Jets const jets(c.grid, mollifier::make_filters(c.grid, radii, false, {order}), {order});
    auto const found = to_vector(jets.apply(c.states[0].data).front()), truth = to_vector(sample(c.grid, exact));
    double sum = 0.0;
    for (std::size_t i = 0; i < found.size(); ++i) sum += std::pow(found[i] - truth[i], 2);
    errors.push_back(std::sqrt(sum_over(c.grid.comm(), sum) / static_cast<double>(c.grid.points())));
    if (errors.back() < errors[static_cast<std::size_t>(best)]) best = rung;
  }
  return best;
}

void expect_near_oracle(Case& c, mollifier::MultiIndex const& order, Formula const& exact) {
  choices::Ladder const ladder(c.grid, c.deck.mollifier.degree);
  std::vector<double> errors;
  int const best = best_rung(c, ladder, order, exact, errors);
  choices::Lepski lepski(c.grid, c.deck.mollifier, c.states, {{0, 0, {order}, {1.0}}}, ladder);
  int const chosen = lepski.choose()[0];
  auto const radius = static_cast<double>(ladder.radii({chosen}).back()),
             oracle = static_cast<double>(ladder.radii({best}).back());
  double const ratio = errors[static_cast<std::size_t>(chosen)] / errors[static_cast<std::size_t>(best)];
  if (here() == 0) std::printf("radius %.0f, oracle %.0f; error %.2f times the oracle's\n", radius, oracle, ratio);
  EXPECT_GE(radius, 0.5 * oracle);
  EXPECT_LE(radius, 2.0 * oracle);
  EXPECT_LT(ratio, 2.0);
}

TEST(Radius, LepskiIsNearTheOracleOnALine) {
  auto const u = [](Coordinates const& x) { return std::sin(6.0 * x[0]) + 0.4 * std::cos(17.0 * x[0]); };
  auto const uxx = [](Coordinates const& x) {
    return -36.0 * std::sin(6.0 * x[0]) - 0.4 * 289.0 * std::cos(17.0 * x[0]);
  };
  for (double const noise : {0.1, 0.01, 0.001}) {
    Options options;
    options.noise = noise;
    Case c(R"toml(
[grid]
axes = ["x"]
points = [400]
lower = [0.0]
upper = [1.0]
[parameters.k]
over = []
[equation]
residual = "k*dx(dx(u)) + u"
)toml",
           {{"u", u}}, options);
    expect_near_oracle(c, {2}, uxx);
  }
}

TEST(Radius, LepskiIsNearTheOracleInThePlane) {
  auto const u = [](Coordinates const& x) { return std::sin(5.0 * x[1]) * std::cos(4.0 * x[0]); };
  auto const uxx = [](Coordinates const& x) { return -25.0 * std::sin(5.0 * x[1]) * std::cos(4.0 * x[0]); };
  for (double const noise : {0.05, 0.005}) {
    Options options;
    options.noise = noise;
    Case c(R"toml(
[grid]
axes = ["y", "x"]
points = [60, 64]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[parameters.k]
over = []
[equation]
residual = "k*dx(dx(u)) + u"
)toml",
           {{"u", u}}, options);
    expect_near_oracle(c, {0, 2}, uxx);
  }
}

char const* const heat = R"toml(
[grid]
axes = ["y", "x"]
points = [40, 40]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "-(1 + 0.4*sin(5*x)*cos(4*y))*(6 - 2*sin(2*x + y))"
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lambda*lap(u) + m"
[inversion]
method = "equation-error"
tolerance = 1e-8
)toml";
double heat_state(Coordinates const& x) { return x[1] * x[1] + 2.0 * x[0] * x[0] + 0.4 * std::sin(2.0 * x[1] + x[0]); }
double heat_truth(Coordinates const& x) { return 1.0 + 0.4 * std::sin(5.0 * x[1]) * std::cos(4.0 * x[0]); }

TEST(Tune, ScoresNearTheBestOfAllRadiiAndWeights) {
  constexpr double margin = 1.5;
  for (double const noise : {0.02, 0.002}) {
    Options options;
    options.noise = noise;
    Case c(heat, {{"u", heat_state}}, options);
    auto const tuned = [&] {
      Quiet const quiet;
      return choices::tune(c.problem());
    }();
    c.deck.mollifier = tuned.mollifier;
    double const found = error_of(c, fit(c, tuned.beta).x, 0, heat_truth);
    double oracle = 1e300, best_beta = 0.0;
    Index best_radius = 0;
    for (Index const r : {4, 8, 13})
      for (double const factor : {1e-2, 1e-1, 1.0, 1e1}) {
        c.deck.mollifier = mollifier::with_radii(c.grid, c.deck.mollifier, {r, r});
        double const error = error_of(c, fit(c, {factor * tuned.beta[0]}).x, 0, heat_truth);
        if (error >= oracle) continue;
        oracle = error;
        best_radius = r;
        best_beta = factor * tuned.beta[0];
      }
    if (here() == 0)
      std::printf("noise %g: error %.4f at radius %d, weight %.3g; oracle %.4f at radius %d, weight %.3g\n", noise,
                  found, static_cast<int>(tuned.mollifier.radius.at("x").begin()->second), tuned.beta[0], oracle,
                  static_cast<int>(best_radius), best_beta);
    EXPECT_LT(found, margin * oracle);
  }
}

/// A soliton of u_t + a u u_x + b u_xxx = 0: at radii of a few cells hardly anything of u_xxx is signal, a and b are pulled
/// to 0 there, and hardly answer to noise.
TEST(Tune, WeakRadiiAreNotTakenInByAttenuation) {
  Options options;
  options.noise = 0.2;
  Case c(R"toml(
[grid]
axes = ["t", "x"]
points = [100, 128]
lower = [0.0, -1.0]
upper = [0.6, 1.0]
[parameters.a]
over = []
[parameters.b]
over = []
[equation]
form = "weak"
residual = "dt(u) + a*u*dx(u) + b*d(u, \"xxx\")"
[inversion]
method = "equation-error"
)toml",
         {{"u",
           [](Coordinates const& x) {
             double const speed = 1.0, width = 2.0 * 0.05 / std::sqrt(speed);
             return 3.0 * speed / std::pow(std::cosh((x[1] + 0.3 - speed * x[0]) / width), 2);
           }}},
         options);
  auto const tuned = [&] {
    Quiet const quiet;
    return choices::tune(c.problem());
  }();
  c.deck.mollifier = tuned.mollifier;
  auto const fitted = fit(c, tuned.beta);
  double const a = error_of(c, fitted.x, 0, [](Coordinates const&) { return 1.0; });
  double const b = error_of(c, fitted.x, 1, [](Coordinates const&) { return 0.0025; });
  if (here() == 0) std::printf("soliton: relative errors %.4f of a, %.4f of b\n", a, b);
  EXPECT_LT(a, 0.1);
  EXPECT_LT(b, 0.1);
}

TEST(Tune, LeavesWhatTheDeckGives) {
  Options options;
  options.noise = 0.01;
  options.overrides = {"mollifier.radius=7", "parameters.lambda.smoothness.weight=0.3"};
  Case c(heat, {{"u", heat_state}}, options);
  Quiet const quiet;
  auto const tuned = choices::tune(c.problem());
  EXPECT_EQ(tuned.beta, std::vector<double>{0.3});
  EXPECT_EQ(mollifier::radius_for(tuned.mollifier.radius.at("x"), 2), 7);
  EXPECT_TRUE(tuned.radius_trials.empty());
}

}  // namespace
}  // namespace mollis::test
