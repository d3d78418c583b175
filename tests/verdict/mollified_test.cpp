// What mollifying does to an answer: known to its standard errors, left for fitted states where these are as cheap, doubted where nothing tells it.
#include "parameters/parameter_space.hpp"
#include "uncertainty/constant_entries.hpp"
#include "uncertainty/smoothing_bias.hpp"
#include "verdict/infer.hpp"

namespace mollis::test {
namespace {

Options noisy(double noise, std::vector<std::string> overrides = {}) {
  Options options;
  options.noise = noise;
  options.overrides = std::move(overrides);
  return options;
}

std::string line(std::string const& residual, std::string const& constants, int points) {
  std::string text = "[grid]\naxes = [\"t\"]\npoints = [" + std::to_string(points) + "]\nlower = [0.0]\nupper = [1.0]\n[equation]\nresidual = '" + residual + "'\n";
  for (char const name : constants) text += std::string("[parameters.") + name + "]\nover = []\n";
  return text;
}

/// Radii are as wide as the waves: what they bend, all of the error here, grows more slowly than its order says. A narrower radius alone
/// tells too little of it.
TEST(Mollified, ErrorsHoldWhatWideRadiiBend) {
  for (auto const* radius : {"20", "26", "32"}) {
    auto const answer = infer(Case(line("d(u, \"tt\") + k*u", "k", 120), {{"u", [](Coordinates const& p) { return std::cos(20.0 * p[0] + 0.3); }}},
                                   noisy(1e-4, {"inversion.method=equation-error", std::string("mollifier.radius=") + radius})));
    auto const k = on_host(answer.problem->space().scatter(answer.estimate.parameters)[0]);
    if (k.extent(0) == 0) continue;
    double const off = std::abs(k(0) - 400.0), error = answer.uncertainty.constants.deviation(0);
    EXPECT_LT(off, error) << radius;
    EXPECT_GT(off, 0.5 * error) << radius;
  }
}

/// On a line a joint fit is tried though the mollified answer is sound, and taken.
TEST(Mollified, OnALineFittedStatesAreTaken) {
  auto const by = [](std::string const& method) {
    return infer(Case(line("d(u, \"tt\") + k*u", "k", 120), {{"u", [](Coordinates const& p) { return std::cos(5.0 * p[0] + 0.3); }}},
                      noisy(0.01, {"inversion.method=" + method})));
  };
  auto const mollified = by("equation-error"), answer = by("auto");
  EXPECT_EQ(mollified.verdict.status(), verdict::Status::sound) << verdict::describe(mollified.verdict);
  EXPECT_FALSE(uncertainty::bias_passes_noise(*mollified.problem, mollified.uncertainty));
  EXPECT_EQ(answer.verdict.status(), verdict::Status::sound) << verdict::describe(answer.verdict);
  EXPECT_EQ(answer.problem->settings.inversion.method, "joint");
  auto const error = [](auto const& one) { return one.uncertainty.constants.deviation(0); };
  EXPECT_LT(error(answer), error(mollified));
}

/// In much noise a narrower radius changes constants by its own noise: that of a wider one, which is far less, tells that they are not bent.
TEST(Mollified, NoiseOfNarrowRadiiIsNotTakenForBias) {
  std::string const waves = "[grid]\naxes = [\"t\", \"x\"]\npoints = [41, 51]\nlower = [0.0, 0.0]\nupper = [2.0, 1.0]\n[parameters.D]\nover = []\n[parameters.k]\nover = []\n"
                            "[equation]\nresidual = \"dt(u) - D*dx(dx(u)) + k*u\"\n";
  auto const state = [](Coordinates const& p) {
    double const s = 0.05 * pi * pi;
    return std::exp(-0.5 * p[0]) * (std::exp(-s * p[0]) * std::sin(pi * p[1]) + 0.7 * std::exp(-9.0 * s * p[0]) * std::cos(3.0 * pi * p[1]));
  };
  int doubted = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    auto options = noisy(0.5, {"inversion.method=equation-error"});
    options.seed = seed;
    auto const answer = infer(Case(waves, {{"u", state}}, options));
    doubted += has(answer.verdict, "bias") ? 1 : 0;
    auto const values = uncertainty::ConstantEntries(answer.problem->space()).read(answer.estimate.parameters);
    EXPECT_LT(std::abs(values[0] - 0.05), 3.0 * answer.uncertainty.constants.deviation(0)) << seed;
    EXPECT_LT(std::abs(values[1] - 0.5), 3.0 * answer.uncertainty.constants.deviation(1)) << seed;
  }
  EXPECT_EQ(doubted, 0);
}

/// Noise that is said to be a third of what it is: what the fit leaves tells the standard error of a constant all the same.
TEST(Mollified, StandardErrorsOfConstantsHoldWhatTheFitLeaves) {
  auto const error = [&](double said) {
    Case c(film("dt(u) - D*dx(dx(u)) + 0.5*u", "D"), {{"u", wave}}, noisy(0.01, {"mollifier.radius=6"}));
    for (auto& state : c.states) state.sigma *= said;
    return infer(c).uncertainty.constants.deviation(0);
  };
  double const right = error(1.0), low = error(1.0 / 3.0);
  EXPECT_GT(low, 0.7 * right);
  EXPECT_LT(low, 1.4 * right);
}

/// Without draws nothing tells what mollifying does to derivatives of fourth order.
TEST(Mollified, WithoutDrawsHighDerivativesAreDoubted) {
  auto const by = [](std::string const& residual, std::string const& method) {
    return infer(Case(line(residual, "k", 80), {{"u", [](Coordinates const& p) { return std::cos(5.0 * p[0] + 0.3); }}},
                      noisy(1e-4, {"uncertainty.samples=0", "inversion.method=" + method})));
  };
  std::string const beam = "d(u, \"tttt\") - k*u", spring = "d(u, \"tt\") + k*u";
  EXPECT_TRUE(has(by(beam, "equation-error").verdict, "unchecked"));
  EXPECT_FALSE(has(by(beam, "joint").verdict, "unchecked"));
  auto const answer = by(spring, "equation-error");
  EXPECT_EQ(answer.verdict.status(), verdict::Status::sound) << verdict::describe(answer.verdict);
}

}  // namespace
}  // namespace mollis::test
