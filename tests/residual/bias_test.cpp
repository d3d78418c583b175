// Errors in variables: plain least squares are pulled towards 0 by the noise of what a parameter multiplies, by a
// factor known here; the corrected estimate is not.
#include "problem/case.hpp"
#include "run/error.hpp"

namespace mollis::test {
namespace {

std::string deck_of(std::string const& parameters, std::string const& residual, std::string const& rest) {
  return R"toml(
[grid]
axes = ["t", "x"]
points = [80, 48]
lower = [0.0, 0.0]
upper = [2.0, 1.0]
periodic = ["x"]
)toml" + parameters +
         "\n[equation]\nresidual = \"" + residual + "\"\n" + rest;
}

double wave(Coordinates const& p) { return std::sin(2.0 * pi * (p[1] + p[0])) * (1.2 + std::cos(3.0 * p[0])); }

struct Sample {
  double mean = 0.0, error = 0.0;  ///< standard error of the mean
};

/// Means of the first parameter's average over noise draws, shared among the ranks.
Sample monte_carlo(std::string const& text, deck::Named<Formula> const& formulas, std::string const& correction,
                   double noise, std::vector<double> const& beta, int draws) {
  double sum = 0.0, squares = 0.0;
  int rank = 0, ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  for (int draw = rank; draw < draws; draw += ranks) {
    Options options;
    options.comm = MPI_COMM_SELF;
    options.noise = noise;
    options.seed = 100u + static_cast<unsigned>(draw);
    options.overrides = {"inversion.bias_correction=" + correction};
    Case c(text, formulas, options);
    auto const result = fit(c, beta);
    EXPECT_TRUE(result.converged);
    auto const& unknown = c.space.unknowns().front();
    double const mean = scores::range_of(c.space, unknown, c.space.scatter(result.x).front()).mean;
    sum += mean;
    squares += mean * mean;
  }
  sum = sum_over(MPI_COMM_WORLD, sum);
  squares = sum_over(MPI_COMM_WORLD, squares);
  Sample sample;
  sample.mean = sum / draws;
  sample.error = std::sqrt(std::max(squares / draws - sample.mean * sample.mean, 0.0) / (draws - 1));
  return sample;
}

std::string const raw = "[mollifier]\nradius = 0\n";
std::string const constant = "[parameters.c]\nover = []";

/// v = 2 u, both with noise of 0.3 of their deviation: the factor is 1 / (1 + 0.3^2).
TEST(Bias, ConstantStrong) {
  auto const text = deck_of(constant, "v - c*u", raw);
  deck::Named<Formula> const states = {{"u", wave}, {"v", [](Coordinates const& p) { return 2.0 * wave(p); }}};
  auto const plain = monte_carlo(text, states, "off", 0.3, {0.0}, 12);
  auto const corrected = monte_carlo(text, states, "on", 0.3, {0.0}, 12);
  EXPECT_NEAR(plain.mean, 2.0 / 1.09, 4.0 * plain.error);
  EXPECT_GT(std::abs(plain.mean - 2.0), 10.0 * plain.error);
  EXPECT_NEAR(corrected.mean, 2.0, 4.0 * corrected.error);
  EXPECT_LT(corrected.error, 0.02);
}

/// Jets and a correlated right-hand side: u_t = -u_x + ..., the noise of u stands on both sides.
TEST(Bias, DerivativesStrong) {
  auto const text = deck_of(constant, "dt(u) + c*dx(u)", "[mollifier]\nradius = { t = 5, x = 3 }\ndegree = 4\n");
  auto const travelling = [](Coordinates const& p) { return std::sin(2.0 * pi * (p[1] - 1.5 * p[0])); };
  auto const plain = monte_carlo(text, {{"u", travelling}}, "off", 0.3, {0.0}, 12);
  auto const corrected = monte_carlo(text, {{"u", travelling}}, "auto", 0.3, {0.0}, 12);
  auto const clean = monte_carlo(text, {{"u", travelling}}, "off", 0.0, {0.0}, 2);
  EXPECT_GT(std::abs(plain.mean - clean.mean), 10.0 * plain.error);
  EXPECT_NEAR(corrected.mean, clean.mean, 4.0 * corrected.error);
}

/// A quadratic term: its noise has curvature, and its weights depend on the data, which leaves a bias of the next
/// order.
TEST(Bias, ConstantWeak) {
  auto const text = deck_of(constant, "v - c*dx(u^2)", "form = \"weak\"\n[mollifier]\nradius = { t = 5, x = 6 }\n");
  auto const u = [](Coordinates const& p) { return std::sin(2.0 * pi * (p[1] + p[0])); };
  auto const v = [](Coordinates const& p) { return 3.0 * 2.0 * pi * std::sin(4.0 * pi * (p[1] + p[0])); };  // 3 dx(u^2)
  auto const plain = monte_carlo(text, {{"u", u}, {"v", v}}, "off", 0.3, {0.0}, 12);
  auto const corrected = monte_carlo(text, {{"u", u}, {"v", v}}, "auto", 0.3, {0.0}, 12);
  auto const clean = monte_carlo(text, {{"u", u}, {"v", v}}, "off", 0.0, {0.0}, 2);
  EXPECT_NEAR(clean.mean, 3.0, 1e-3);
  double const bias = std::abs(plain.mean - clean.mean);
  EXPECT_GT(bias, 10.0 * plain.error);
  EXPECT_NEAR(corrected.mean, clean.mean, 2.0 * corrected.error + 0.3 * bias);
}

/// The noise of a cube reads as 3 sigma^2 u, which the linear term would take up: about half of k.
TEST(Bias, NonlinearTermsWeak) {
  auto const text = deck_of("[parameters.k]\nover = []\n[parameters.c]\nover = []", "v - k*u - c*u^3",
                            "form = \"weak\"\n[mollifier]\nradius = { t = 8, x = 8 }\n");
  auto const u = [](Coordinates const& p) { return std::sin(2.0 * pi * (p[1] + p[0])) * (1.0 + 0.4 * std::cos(2.0 * p[0])); };
  auto const v = [&](Coordinates const& p) { return u(p) + 2.0 * std::pow(u(p), 3); };
  auto const corrected = monte_carlo(text, {{"u", u}, {"v", v}}, "auto", 0.4, {0.0, 0.0}, 12);
  auto const clean = monte_carlo(text, {{"u", u}, {"v", v}}, "off", 0.0, {0.0, 0.0}, 2);
  EXPECT_NEAR(clean.mean, 1.0, 1e-6);
  EXPECT_NEAR(corrected.mean, 1.0, 3.0 * corrected.error + 0.05);
}

/// A field over x, averaged over t; where u is all but noise the corrected entry is 0 and the smoothness decides.
TEST(Bias, FieldStrong) {
  auto const text = deck_of("[parameters.c]\nover = [\"x\"]", "v - c*u", raw);
  auto const u = [](Coordinates const& p) { return std::sin(5.0 * p[0]) * std::pow(std::sin(pi * p[1]), 4.0); };
  deck::Named<Formula> const states = {{"u", u}, {"v", [&](Coordinates const& p) { return 2.0 * u(p); }}};
  auto const plain = monte_carlo(text, states, "off", 0.3, {10.0}, 12);
  auto const corrected = monte_carlo(text, states, "auto", 0.3, {10.0}, 12);
  EXPECT_GT(std::abs(plain.mean - 2.0), 10.0 * plain.error);
  EXPECT_NEAR(corrected.mean, 2.0, 4.0 * corrected.error + 0.02);
}

/// A bound that binds: TAO's answer is that of the problem with the other parameter held there.
TEST(Bias, RespectsBounds) {
  auto const w = [](Coordinates const& p) { return std::cos(2.0 * pi * p[1]) + 0.3 * wave(p); };
  auto const v = [&](Coordinates const& p) { return 2.0 * wave(p) + 0.5 * w(p); };
  deck::Named<Formula> const states = {{"u", wave}, {"v", v}, {"w", w}};
  Options options;
  options.noise = 0.2;
  options.overrides = {"inversion.tolerance=1e-6"};
  Case bounded(deck_of(constant + "\n[parameters.k]\nover = []\ninitial = 0.1\nupper = 0.2", "v - c*u - k*w", raw),
               states, options);
  Case held(deck_of(constant, "v - c*u - 0.2*w", raw), states, options);
  auto const a = fit(bounded, {0.0, 0.0}), b = fit(held, {0.0});
  ASSERT_TRUE(a.converged && b.converged);
  auto const first = [](Case const& c, Vec x) {
    return scores::range_of(c.space, c.space.unknowns()[0], c.space.scatter(x)[0]).mean;
  };
  EXPECT_NEAR(first(bounded, a.x), first(held, b.x), 1e-5);
  EXPECT_NEAR(a.objective, b.objective, 1e-6 * b.objective);
}

TEST(Bias, SameOnAnyNumberOfRanks) {
  auto const text = deck_of("[parameters.c]\nover = [\"x\"]\n[parameters.k]\nover = [\"x\"]", "v - c*u - k*dx(u)",
                            "[mollifier]\nradius = { t = 3, x = 4 }\n");
  auto const v = [](Coordinates const& p) { return 2.0 * wave(p) + p[1]; };
  Options everywhere, alone;
  everywhere.noise = alone.noise = 0.2;
  everywhere.overrides = alone.overrides = {"inversion.tolerance=1e-12"};
  alone.comm = MPI_COMM_SELF;
  Case a(text, {{"u", wave}, {"v", v}}, everywhere), b(text, {{"u", wave}, {"v", v}}, alone);
  auto const fa = fit(a, {100.0, 100.0}), fb = fit(b, {100.0, 100.0});
  for (std::size_t p = 0; p < 2; ++p) {
    auto const ra = scores::range_of(a.space, a.space.unknowns()[p], a.space.scatter(fa.x)[p]);
    auto const rb = scores::range_of(b.space, b.space.unknowns()[p], b.space.scatter(fb.x)[p]);
    EXPECT_NEAR(ra.mean, rb.mean, 1e-8 * std::abs(rb.mean));
    EXPECT_NEAR(ra.min, rb.min, 1e-8 * std::abs(rb.min));
  }
  EXPECT_NEAR(fa.objective, fb.objective, 1e-9 * fb.objective);
}

TEST(Bias, OnlyWhereItCanBeDone) {
  auto const applies = [](std::string const& parameters, std::string const& residual, std::string const& word) {
    Options options;
    options.overrides = {"inversion.bias_correction=" + word};
    Case c(deck_of(parameters, residual, raw), {{"u", wave}, {"v", wave}}, options);
    return residual::NoiseBias::applies(c.deck.inversion, c.space, c.system);
  };
  std::string const field = "[parameters.c]\nover = [\"t\", \"x\"]";
  EXPECT_TRUE(applies(constant, "v - c*u", "auto"));
  EXPECT_FALSE(applies(constant, "v - c*u", "off"));
  EXPECT_FALSE(applies(constant, "v - c", "auto"));  // c multiplies no data
  EXPECT_FALSE(applies(constant, "v - c^2*u", "auto"));
  EXPECT_FALSE(applies(field, "v - c*u", "auto"));  // nothing to average over
  EXPECT_TRUE(applies(field, "v - c*u", "on"));
  EXPECT_FALSE(applies(field, "v - dx(c)*u", "auto"));
  EXPECT_THROW(applies(field, "v - dx(c)*u", "on"), run::Error);
}

}  // namespace
}  // namespace mollis::test
