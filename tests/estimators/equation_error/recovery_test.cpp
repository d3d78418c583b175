// Parameters recovered from manufactured data: exact ones without noise, errors that fall with the noise.
#include "choices/tune.hpp"
#include "problem/case.hpp"

namespace mollis::test {
namespace {

int here() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

/// The relative errors of all parameters, for fixed weights and radii or (beta empty) with all that is automatic.
std::vector<double> errors(std::string const& text, deck::Named<Formula> const& states,
                           std::vector<Formula> const& truths, double noise, std::vector<double> const& beta = {},
                           std::uint64_t seed = 1) {
  Options options;
  options.noise = noise;
  options.seed = seed;
  Case c(text, states, options);
  equation_error::Fit result;
  if (beta.empty()) {
    Quiet const quiet;
    auto tuned = choices::tune(c.problem());
    equation_error::Candidate candidate(c.problem(), tuned.mollifier, c.deck.inversion.tolerance);
    result.x = std::move(tuned.x);
    result.beta = tuned.beta;
    candidate.equation().fit(result, c.deck.inversion.reweight);
  } else {
    result = fit(c, beta);
  }
  EXPECT_TRUE(result.converged);
  std::vector<double> list;
  for (std::size_t p = 0; p < truths.size(); ++p) list.push_back(error_of(c, result.x, p, truths[p]));
  return list;
}

/// Errors at four noise levels: each parameter's error must fall by at least `factor` a decade (on average over the
/// three) and be below `last` at the lowest noise.
void expect_falling(char const* name, std::string const& text, deck::Named<Formula> const& states,
                    std::vector<Formula> const& truths, std::vector<double> const& beta, double factor, double last) {
  std::vector<std::vector<double>> table;
  for (double const noise : {1e-1, 1e-2, 1e-3, 1e-4}) table.push_back(errors(text, states, truths, noise, beta));
  for (std::size_t p = 0; p < truths.size(); ++p) {
    double const decades = std::cbrt(table[0][p] / table[3][p]);
    if (here() == 0)
      std::printf(
          "%s, parameter %zu: error %.2e %.2e %.2e %.2e at noise 1e-1 .. 1e-4; falls by %.1f a decade (expected > "
          "%.1f)\n",
          name, p, table[0][p], table[1][p], table[2][p], table[3][p], decades, factor);
    EXPECT_GT(decades, factor);
    EXPECT_LT(table[3][p], last);
  }
}

// u solves nothing: m is set so that the equation holds exactly for a chosen lambda.
char const* const heat = R"toml(
[grid]
axes = ["y", "x"]
points = [40, 36]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "-(1 + 0.4*sin(3*x)*cos(2*y))*(6 - sin(2*x + y))"
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lambda*lap(u) + m"
[inversion]
tolerance = 1e-10
)toml";
double heat_state(Coordinates const& x) { return x[1] * x[1] + 2.0 * x[0] * x[0] + 0.2 * std::sin(2.0 * x[1] + x[0]); }
double heat_truth(Coordinates const& x) { return 1.0 + 0.4 * std::sin(3.0 * x[1]) * std::cos(2.0 * x[0]); }

TEST(Recovery, FieldWithEverythingAutomatic) {
  expect_falling("field", heat, {{"u", heat_state}}, {heat_truth}, {}, 2.5, 2e-3);
}

TEST(Recovery, PositiveFieldByItsLogarithm) {
  std::string text = heat;
  text.replace(text.find("over = "), 17, "over = [\"y\", \"x\"]\ntransform = \"log\"");
  expect_falling("log field", text, {{"u", heat_state}}, {heat_truth}, {}, 2.5, 2e-3);
}

TEST(Recovery, NonlinearResidual) {
  std::string text = heat;
  text.replace(text.find("lambda*lap(u)"), 13, "lambda^2*lap(u)");
  expect_falling("nonlinear", text, {{"u", heat_state}},
                 {[](Coordinates const& x) { return std::sqrt(heat_truth(x)); }}, {}, 2.5, 2e-3);
}

// u_t = D u_xx - k u for u = exp(-(D + k) t) sin x + exp(-(4 D + k) t) cos 2x + exp(-k t), D = 0.2, k = 0.5
char const* const decay = R"toml(
[grid]
axes = ["t", "x"]
points = [80, 96]
lower = [0.0, 0.0]
upper = [1.5, 6.283185307179586]
periodic = ["x"]
[parameters.D]
over = []
[parameters.k]
over = []
[mollifier]
radius = { t = 14, x = 12 }
kernel = "polynomial"
degree = 6
[equation]
residual = "dt(u) - D*dx(dx(u)) + k*u"
)toml";
double decay_state(Coordinates const& x) {
  return std::exp(-0.7 * x[0]) * std::sin(x[1]) + std::exp(-1.3 * x[0]) * std::cos(2.0 * x[1]) + std::exp(-0.5 * x[0]);
}

TEST(Recovery, ConstantsInStrongForm) {
  expect_falling("constants", decay, {{"u", decay_state}},
                 {[](Coordinates const&) { return 0.2; }, [](Coordinates const&) { return 0.5; }}, {0.0, 0.0}, 4.0,
                 2e-4);
}

TEST(Recovery, ConstantsInWeakForm) {
  std::string text = decay;
  text.replace(text.find("[equation]"), 10, "[equation]\nform = \"weak\"");
  expect_falling("constants, weak", text, {{"u", decay_state}},
                 {[](Coordinates const&) { return 0.2; }, [](Coordinates const&) { return 0.5; }}, {0.0, 0.0}, 6.0,
                 2e-4);
}

// powers of x that decay or grow: D x^2 u_xx = D p (p - 1) u for u = x^p exp(s t), s = D p (p - 1) - k
TEST(Recovery, KnownFactorsInWeakForm) {
  auto const state = [](Coordinates const& x) {
    return std::pow(x[1], 2) * std::exp(-0.1 * x[0]) + std::pow(x[1], 3) * std::exp(0.7 * x[0]) + std::exp(-0.5 * x[0]);
  };
  for (std::string const factor : {"x^2", "m"}) {
    expect_falling(("known factor " + factor).c_str(), R"toml(
[grid]
axes = ["t", "x"]
points = [80, 60]
lower = [0.0, 0.5]
upper = [1.0, 1.5]
[fields.m]
value = "x^2"
[parameters.D]
over = []
[parameters.k]
over = []
[mollifier]
radius = { t = 14, x = 12 }
kernel = "polynomial"
degree = 6
[equation]
form = "weak"
residual = "dt(u) - D*)toml" + factor + R"toml(*d(u, \"xx\") + k*u"
)toml",
                   {{"u", state}}, {[](Coordinates const&) { return 0.2; }, [](Coordinates const&) { return 0.5; }},
                   {0.0, 0.0}, 6.0, 1e-3);
  }
}

// u = 3 + sin(t + x): the known field m closes the equation for k = 1 + sin(4 t) / 2
TEST(Recovery, ParameterOfTimeAlone) {
  expect_falling("of t", R"toml(
[grid]
axes = ["t", "x"]
points = [80, 50]
lower = [0.0, 0.0]
upper = [1.0, 2.0]
[fields.m]
value = "-cos(t + x) - (1 + 0.5*sin(4*t))*(3 + sin(t + x))"
[parameters.k]
over = ["t"]
smoothness = { order = 2 }
[equation]
residual = "dt(u) + k*u + m"
)toml",
                 {{"u", [](Coordinates const& x) { return 3.0 + std::sin(x[0] + x[1]); }}},
                 {[](Coordinates const& t) { return 1.0 + 0.5 * std::sin(4.0 * t[0]); }}, {}, 3.0, 1e-3);
}

TEST(Recovery, ParameterOfSpaceAloneOnATimeGrid) {
  // u = sin(x + t) + x^2: u_t = cos(x + t), u_xx = 2 - sin(x + t); c(x) = 1 + 0.3 cos 3x
  expect_falling("of x", R"toml(
[grid]
axes = ["t", "x"]
points = [40, 80]
lower = [0.0, 0.0]
upper = [1.0, 2.0]
[fields.m]
value = "-cos(t + x) + (1 + 0.3*cos(3*x))*(2 - sin(t + x))"
[parameters.c]
over = ["x"]
smoothness = { order = 2 }
[equation]
residual = "dt(u) - c*dx(dx(u)) + m"
)toml",
                 {{"u", [](Coordinates const& x) { return std::sin(x[0] + x[1]) + x[1] * x[1]; }}},
                 {[](Coordinates const& x) { return 1.0 + 0.3 * std::cos(3.0 * x[0]); }}, {}, 2.5, 5e-3);
}

TEST(Recovery, DivergenceFormAndAConstantTogether) {
  // (c u_x)_x + k u + m = 0 for u = x + sin(3 x + 6 t) / 2, c = 1 + x/2 + 0.2 sin 3x, k = 0.7
  expect_falling("divergence", R"toml(
[grid]
axes = ["t", "x"]
points = [40, 60]
lower = [0.0, 0.0]
upper = [1.0, 2.0]
[fields.m]
value = "-(1/2 + 0.6*cos(3*x))*(1 + 1.5*cos(3*x + 6*t)) + (1 + x/2 + 0.2*sin(3*x))*4.5*sin(3*x + 6*t) - 0.7*(x + 0.5*sin(3*x + 6*t))"
[parameters.c]
over = ["x"]
smoothness = { order = 2 }
[parameters.k]
over = []
[mollifier]
radius = { t = 8, x = 10 }
degree = 6
[equation]
residual = "dx(c*dx(u)) + k*u + m"
)toml",
                 {{"u", [](Coordinates const& x) { return x[1] + 0.5 * std::sin(3.0 * x[1] + 6.0 * x[0]); }}},
                 {[](Coordinates const& x) { return 1.0 + 0.5 * x[0] + 0.2 * std::sin(3.0 * x[0]); },
                  [](Coordinates const&) { return 0.7; }},
                 {1e-6, 0.0}, 4.0, 1e-3);
}

// Two fields at once: u_t = a u_xx + b u_x + m with u = sin(2x + 5t) + cos(3x - 4t)
TEST(Recovery, TwoFieldsAtOnce) {
  expect_falling(
      "two fields", R"toml(
[grid]
axes = ["t", "x"]
points = [50, 70]
lower = [0.0, 0.0]
upper = [1.0, 2.0]
[fields.m]
value = "5*cos(2*x + 5*t) + 4*sin(3*x - 4*t) + (1 + 0.3*sin(2*x))*(4*sin(2*x + 5*t) + 9*cos(3*x - 4*t)) - (2 - 0.5*cos(3*x))*(2*cos(2*x + 5*t) - 3*sin(3*x - 4*t))"
[parameters.a]
over = ["x"]
[parameters.b]
over = ["x"]
[mollifier]
degree = 6
[equation]
residual = "dt(u) - a*dx(dx(u)) - b*dx(u) - m"
)toml",
      {{"u",
        [](Coordinates const& x) { return std::sin(2.0 * x[1] + 5.0 * x[0]) + std::cos(3.0 * x[1] - 4.0 * x[0]); }}},
      {[](Coordinates const& x) { return 1.0 + 0.3 * std::sin(2.0 * x[0]); },
       [](Coordinates const& x) { return 2.0 - 0.5 * std::cos(3.0 * x[0]); }},
      {}, 2.5, 5e-3);
}

}  // namespace
}  // namespace mollis::test
