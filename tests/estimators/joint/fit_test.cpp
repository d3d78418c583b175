// The joint fit on data by formulas and series, nothing of which shares the inversion's discretisation: errors at 1 %
// noise, beside those of equation error where that drowns.
#include "estimators/joint/gauss_newton.hpp"
#include "joined.hpp"

#include "petsc/access.hpp"
#include "run/error.hpp"

namespace mollis::test {
namespace {

Options noisy(double noise = 0.01) {
  Options options;
  options.noise = noise;
  return options;
}

void print(char const* name, scores::Score const& whole, scores::Score const& core, joint::Joined const& result) {
  std::printf("%s: relative error %.4f (core %.4f), correlation %.5f (core %.5f), %d steps%s\n", name, whole.relative_l2,
              core.relative_l2, whole.correlation.value_or(0.0), core.correlation.value_or(0.0), result.newton,
              result.converged ? "" : ", not converged");
}

/// Fourth order, periodic: m is set so that the equation holds for the chosen state and lambda.
std::string const fourth_order = R"toml(
[grid]
axes = ["y", "x"]
points = [48, 48]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["y", "x"]
[fields.m]
value = "(1 + 0.4*sin(2*pi*x)*cos(4*pi*y))*(2 + sin(2*pi*x)*cos(2*pi*y) + 0.5*cos(4*pi*x + 2*pi*y)) + 2e-4*(64*pi^4*sin(2*pi*x)*cos(2*pi*y) + 200*pi^4*cos(4*pi*x + 2*pi*y))"
[parameters.lambda]
over = ["y", "x"]
initial = 0.5
[equation]
residual = "2e-4*lap(lap(u)) + lambda*u - m"
)toml";
double ring_state(Coordinates const& x) {
  return 2.0 + std::sin(2.0 * pi * x[1]) * std::cos(2.0 * pi * x[0]) + 0.5 * std::cos(4.0 * pi * x[1] + 2.0 * pi * x[0]);
}
double ring_truth(Coordinates const& x) { return 1.0 + 0.4 * std::sin(2.0 * pi * x[1]) * std::cos(4.0 * pi * x[0]); }

TEST(Fit, FourthOrderIsFarMoreExactThanEquationError) {
  Joined j(fourth_order, {{"u", ring_state}}, noisy());
  auto const& result = j.fit();
  EXPECT_TRUE(result.converged);
  auto const joint = j.score(0, ring_truth, false), other = j.score_of(j.equation_error(), 0, ring_truth, false);
  print("fourth order", joint, j.score(0, ring_truth, true), result);
  std::printf("  equation error: %.4f\n", other.relative_l2);
  EXPECT_LT(joint.relative_l2, 0.045);
  EXPECT_LT(joint.relative_l2, other.relative_l2 / 3.0);
}

std::string const heat = R"toml(
[grid]
axes = ["y", "x"]
points = [48, 48]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "(1 + 0.4*sin(2*pi*x)*sin(2*pi*y))*(8 + 0.4*pi^2*sin(pi*x)*sin(pi*y))"
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lambda*lap(u) + m"
)toml";
double heat_state(Coordinates const& x) {
  return 0.2 * std::sin(pi * x[1]) * std::sin(pi * x[0]) - 2.0 * (x[1] * x[1] + x[0] * x[0]);
}
double heat_truth(Coordinates const& x) { return 1.0 + 0.4 * std::sin(2.0 * pi * x[1]) * std::sin(2.0 * pi * x[0]); }

TEST(Fit, HeatOnAnOpenSquare) {
  Joined j(heat, {{"u", heat_state}}, noisy());
  auto const& result = j.fit();
  EXPECT_TRUE(result.converged);
  auto const core = j.score(0, heat_truth, true);
  print("heat", j.score(0, heat_truth, false), core, result);
  EXPECT_GT(*core.correlation, 0.985);
  EXPECT_LT(core.relative_l2, 0.04);  // with smoothness of order 1, which evidence alone leaves too rough
}

/// A step solved to rounding tells how far the optimum was; one of conjugate gradients left early, where the next one goes.
TEST(Fit, EndsWhereTheOptimumIsNearerThanDataTell) {
  for (std::string const& text : std::vector<std::string>{heat, fourth_order}) {
    Joined j(text, {{"u", text == heat ? heat_state : ring_state}}, noisy());
    auto const problem = j.c.problem();
    joint::Objective objective(problem, joint::Lattice(j.c.grid, j.c.system, 7));
    auto const result = [&] {
      test::Quiet const quiet;
      return joint::fit(objective, parameters::first_guess(j.c.space));
    }();
    EXPECT_TRUE(result.converged);
    joint::GaussNewton whole(objective, 1e-10, 5000);
    whole.take_whole_steps(5000);
    auto const ahead = whole.step(result.x), again = whole.step(result.x);
    std::printf("still: %.2e standard deviations from the optimum, %.2e after a whole step, %.1e lost to rounding\n", ahead.distance,
                again.distance, ahead.lost);
    EXPECT_TRUE(ahead.solved);
    EXPECT_LT(ahead.distance, 0.01);
    EXPECT_LT(again.distance, 0.1 * ahead.distance);
  }
}

/// The truth dips to 0.6, the bound is 0.8: at the fit the objective falls only towards what is not allowed.
TEST(Fit, ParametersStayWithinTheirBounds) {
  std::string text = heat;
  text.replace(text.find("over ="), 0, "lower = 0.8\n");
  Joined j(text, {{"u", heat_state}}, noisy());
  auto const problem = j.c.problem();
  joint::Objective objective(problem, joint::Lattice(j.c.grid, j.c.system, 7));
  auto const result = [&] {
    test::Quiet const quiet;
    return joint::fit(objective, parameters::first_guess(j.c.space));
  }();
  EXPECT_TRUE(result.converged);
  auto const gradient = petsc::like(result.x), p = j.c.space.make_vector(), slope = j.c.space.make_vector();
  objective.gradient(gradient);
  objective.take_parameters(result.x, p);
  objective.take_parameters(gradient, slope);
  auto const values = test::to_vector(petsc::Reading(p).piece(0, j.c.space.local_size())),
             slopes = test::to_vector(petsc::Reading(slope).piece(0, j.c.space.local_size()));
  double inside = 0.0, at_bound = 0.0, against = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_GE(values[i], 0.8);
    double& sum = values[i] > 0.8 ? inside : slopes[i] > 0.0 ? at_bound : against;
    sum += slopes[i] * slopes[i];
  }
  std::printf("bounds: gradient %.2e inside, %.2e held, %.2e against, %d steps\n", std::sqrt(inside), std::sqrt(at_bound),
              std::sqrt(against), result.newton);
  EXPECT_GT(at_bound, 0.0);
  EXPECT_LT(inside + against, 1e-4 * at_bound);
}

TEST(Fit, AFifthOfThePointsUnobserved) {
  Joined j(heat, {{"u", heat_state}}, noisy(), 0.2);
  EXPECT_NEAR(static_cast<double>(j.c.states[0].gaps) / static_cast<double>(j.c.grid.points()), 0.2, 0.04);
  auto const& result = j.fit();
  auto const core = j.score(0, heat_truth, true);
  print("heat with gaps", j.score(0, heat_truth, false), core, result);
  EXPECT_GT(*core.correlation, 0.965);
  EXPECT_LT(core.relative_l2, 0.06);
}

/// lap(lap(u)) = m / lambda in sine series, the coefficients by sums over 128 points an axis.
Formula plate_deflection() {
  constexpr int modes = 24, points = 128;
  auto const wave = [](int k, double x) { return std::sin(pi * k * x); };
  auto const load = [&](double y, double x) {
    double const shape = wave(1, x) * wave(1, y);
    return std::pow(2.0 * pi * pi, 2) * shape / (1.0 + 0.5 * wave(2, x) * wave(2, y));
  };
  std::vector<std::vector<double>> rows(points, std::vector<double>(modes + 1, 0.0)), c(modes + 1, rows[0]);
  for (int i = 1; i < points; ++i)
    for (int k = 1; k <= modes; ++k)
      for (int j = 1; j < points; ++j)
        rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)] +=
            2.0 / points * load(1.0 * i / points, 1.0 * j / points) * wave(k, 1.0 * j / points);
  for (int l = 1; l <= modes; ++l)
    for (int k = 1; k <= modes; ++k) {
      double sum = 0.0;
      for (int i = 1; i < points; ++i)
        sum += 2.0 / points * wave(l, 1.0 * i / points) * rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)];
      c[static_cast<std::size_t>(l)][static_cast<std::size_t>(k)] = sum / std::pow(pi * pi * (k * k + l * l), 2);
    }
  return [c, wave](Coordinates const& x) {
    double waves[modes + 1], sum = 0.0;
    for (int k = 1; k <= modes; ++k) waves[k] = wave(k, x[1]);
    for (int l = 1; l <= modes; ++l) {
      double row = 0.0;
      for (int k = 1; k <= modes; ++k) row += c[static_cast<std::size_t>(l)][static_cast<std::size_t>(k)] * waves[k];
      sum += row * wave(l, x[0]);
    }
    return sum;
  };
}

std::string const plate = R"toml(
[grid]
axes = ["y", "x"]
points = [64, 64]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
reflect = { y = "odd", x = "odd" }
[fields.m]
value = "(2*pi^2)^2*sin(pi*x)*sin(pi*y)"
[parameters.lambda]
over = ["y", "x"]
initial = 1.0
lower = 0.05
[equation]
residual = "lambda*lap(lap(u)) - m"
)toml";

TEST(Fit, PlateWithItsDeflectionOddAboutTheWalls) {
  auto const truth = [](Coordinates const& x) { return 1.0 + 0.5 * std::sin(2.0 * pi * x[1]) * std::sin(2.0 * pi * x[0]); };
  Joined j(plate, {{"u", plate_deflection()}}, noisy());
  auto const& result = j.fit();
  EXPECT_TRUE(result.converged);
  auto const core = j.score(0, truth, true);
  print("plate", j.score(0, truth, false), core, result);
  EXPECT_LT(core.relative_l2, 0.07);
}

TEST(Fit, LangevinFromOnePath) {
  Joined j(R"toml(
[grid]
axes = ["t"]
points = [1001]
lower = [0.0]
upper = [3.0]
[parameters.lambda]
over = ["t"]
[equation]
residual = "dt(u) - u - lambda"
)toml",
           {{"u",
             [](Coordinates const& x) {
               double const t = x[0], e = std::exp(t);
               return 0.2 * e + (4.0 * (e - std::cos(4.0 * t)) - std::sin(4.0 * t)) / 17.0 +
                      0.5 * (9.0 * std::sin(9.0 * t) - std::cos(9.0 * t) + e) / 82.0 +
                      0.3 * (17.0 * (e - std::cos(17.0 * t)) - std::sin(17.0 * t)) / 290.0;
             }}},
           noisy());
  auto const& result = j.fit();
  EXPECT_TRUE(result.converged);
  auto const truth = [](Coordinates const& x) {
    return std::sin(4.0 * x[0]) + 0.5 * std::cos(9.0 * x[0]) + 0.3 * std::sin(17.0 * x[0]);
  };
  auto const core = j.score(0, truth, true);
  print("Langevin", j.score(0, truth, false), core, result);
  EXPECT_GT(*core.correlation, 0.996);
}

/// u_t = (a u_x)_x + m, u a decaying and a travelling wave.
TEST(Fit, TransientWithAParameterOverSpaceAlone) {
  Joined j(R"toml(
[grid]
axes = ["t", "x"]
points = [25, 32]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["x"]
[fields.m]
value = "-sin(2*pi*x)*exp(-t) + 1.2*sin(4*pi*x - 3*t) - 0.04*pi*cos(2*pi*x)*(2*pi*cos(2*pi*x)*exp(-t) - 1.6*pi*sin(4*pi*x - 3*t)) + (0.05 + 0.02*sin(2*pi*x))*(4*pi^2*sin(2*pi*x)*exp(-t) + 6.4*pi^2*cos(4*pi*x - 3*t))"
[parameters.a]
over = ["x"]
initial = 0.1
[equation]
residual = "dt(u) - dx(a*dx(u)) - m"
)toml",
           {{"u", [](Coordinates const& x) {
               return std::sin(2.0 * pi * x[1]) * std::exp(-x[0]) + 0.4 * std::cos(4.0 * pi * x[1] - 3.0 * x[0]);
             }}},
           noisy());
  auto const& result = j.fit();
  auto const truth = [](Coordinates const& x) { return 0.05 + 0.02 * std::sin(2.0 * pi * x[0]); };
  auto const whole = j.score(0, truth, false);
  print("transient", whole, whole, result);
  EXPECT_LT(whole.relative_l2, 0.02);
}

/// u_t = a u_xx - r u + m with a constant or a field a, and a field r; both start from a rough equation-error fit.
std::string diffusion_and_decay(std::string const& a, std::string const& truth) {
  std::string const u = "(2 + sin(2*pi*x)*cos(3*t) + 0.6*cos(4*pi*x + 2*t))";
  std::string const rate = "(-3*sin(2*pi*x)*sin(3*t) - 1.2*sin(4*pi*x + 2*t))";
  std::string const curvature = "(-4*pi^2*sin(2*pi*x)*cos(3*t) - 9.6*pi^2*cos(4*pi*x + 2*t))";
  return "[grid]\naxes = [\"t\", \"x\"]\npoints = [41, 48]\nlower = [0.0, 0.0]\nupper = [3.0, 1.0]\nperiodic = [\"x\"]\n"
         "[mollifier]\nradius = { t = 5, x = 6 }\n"
         "[fields.m]\nvalue = \"" + rate + " - " + truth + "*" + curvature + " + (1 + 0.5*cos(2*pi*x))*" + u + "\"\n" +
         a + "[parameters.r]\nover = [\"x\"]\ninitial = 0.5\ntransform = \"log\"\n"
         "[equation]\nresidual = \"dt(u) - a*dx(dx(u)) + r*u - m\"\n";
}
double film(Coordinates const& x) {
  return 2.0 + std::sin(2.0 * pi * x[1]) * std::cos(3.0 * x[0]) + 0.6 * std::cos(4.0 * pi * x[1] + 2.0 * x[0]);
}
double decay(Coordinates const& x) { return 1.0 + 0.5 * std::cos(2.0 * pi * x[0]); }

TEST(Fit, TwoFields) {
  Joined j(diffusion_and_decay("[parameters.a]\nover = [\"x\"]\ninitial = 0.1\ntransform = \"log\"\n",
                               "0.05*(1 + 0.4*sin(2*pi*x))"),
           {{"u", film}}, noisy());
  auto const start = fit(j.c, {1.0, 1.0});
  auto const& result = j.fit(start.x);
  EXPECT_TRUE(result.converged);
  auto const spread = [](Coordinates const& x) { return 0.05 * (1.0 + 0.4 * std::sin(2.0 * pi * x[0])); };
  auto const a = j.score(0, spread, false), r = j.score(1, decay, false);
  auto const a0 = j.score_of(start.x, 0, spread, false), r0 = j.score_of(start.x, 1, decay, false);
  std::printf("two fields: relative errors %.4f and %.4f, at the start %.4f and %.4f\n", a.relative_l2, r.relative_l2,
              a0.relative_l2, r0.relative_l2);
  EXPECT_LT(a.relative_l2, 0.015);
  EXPECT_LT(r.relative_l2, 0.02);
}

TEST(Fit, AConstantAndAField) {
  Joined j(diffusion_and_decay("[parameters.a]\nover = []\ninitial = 0.1\n", "0.05"), {{"u", film}}, noisy());
  auto const start = fit(j.c, {0.0, 1.0});
  auto const& result = j.fit(start.x);
  EXPECT_TRUE(result.converged);
  auto const spread = [](Coordinates const&) { return 0.05; };
  auto const a = j.score(0, spread, false), r = j.score(1, decay, false);
  std::printf("constant and field: relative errors %.4f and %.4f, at the start %.4f and %.4f\n", a.relative_l2, r.relative_l2,
              j.score_of(start.x, 0, spread, false).relative_l2, j.score_of(start.x, 1, decay, false).relative_l2);
  EXPECT_LT(a.relative_l2, 0.003);
  EXPECT_LT(r.relative_l2, 0.02);
}

TEST(Fit, SplinesOfTooLowADegreeAreTold) {
  Case c(fourth_order + "[joint]\nspline_degree = 5\n", {{"u", ring_state}}, noisy());
  try {
    joint::Lattice(c.grid, c.system, c.deck.joint.spline_degree);
    FAIL() << "accepted";
  } catch (run::Error const& error) {
    EXPECT_EQ(error.code(), run::Exit::bad_deck);
    EXPECT_NE(std::string(error.what()).find("derivatives of order 4 along y need a degree of at least 7, not 5"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace mollis::test
