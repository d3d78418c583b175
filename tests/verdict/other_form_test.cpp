// Constants of mollified data, asked once more in the weak form.
#include <algorithm>

#include "inference/other_form.hpp"
#include "problem/finer.hpp"
#include "verdict/infer.hpp"

namespace mollis::test {
namespace {

inference::Inference mollified(std::string const& text, Formula const& u, double noise, std::uint64_t seed, std::vector<std::string> overrides) {
  Options options;
  options.noise = noise;
  options.seed = seed;
  options.overrides = std::move(overrides);
  options.overrides.push_back("inversion.method=equation-error");
  Case const c(text, {{"u", u}}, options);
  Quiet const quiet;
  run::Stages stages;
  auto const problem = c.problem();
  return inference::infer(problem, stages, problem::finer_of(problem, c.deck, problem.progress));
}

inference::Inference waves(double spread, std::vector<std::string> overrides) {
  return mollified(one_for_all(), [spread](Coordinates const& p) { return spread_waves(p, spread); }, 0.0012, 1, std::move(overrides));
}

bool was_made(inference::Inference const& answer, std::string const& check) {
  auto const& checks = answer.verdict.checks;
  return std::any_of(checks.begin(), checks.end(), [&](auto const& one) { return one.name == check; });
}

/// With the right equation both forms agree, and the answer stands.
TEST(OtherForm, AgreesWhereTheEquationHolds) {
  auto const answer = waves(0.0, {});
  EXPECT_EQ(answer.verdict.status(), verdict::Status::sound) << verdict::describe(answer.verdict);
  EXPECT_TRUE(was_made(answer, "forms"));
  EXPECT_FALSE(answer.problem->weak());
}

/// The same waves, and such that are carried by 0.42 in place of 0.4.
TEST(OtherForm, ConstantsThatDifferAreDoubted) {
  auto const weak = [](double more) {
    auto const u = [more](Coordinates const& p) { return spread_waves({p[0], p[1] - more * p[0]}, 0.0); };
    return mollified(one_for_all(), u, 0.0012, 2, {"equation.form=weak"});
  };
  auto const strong = waves(0.0, {});
  auto const same = inference::agreement(strong, weak(0.0)), other = inference::agreement(strong, weak(0.02));
  EXPECT_TRUE(same.holds()) << same.value;
  EXPECT_FALSE(other.holds()) << other.value;
  EXPECT_NE(other.finding.find("b is 0.4"), std::string::npos) << other.finding;
}

/// With the wrong one the strong form alone shows nothing: every reason is of the other.
TEST(OtherForm, ShowsWhatTheStrongFormDoesNot) {
  auto const answer = waves(1.0, {});
  EXPECT_EQ(answer.verdict.status(), verdict::Status::doubtful);
  EXPECT_TRUE(was_made(answer, "forms"));
  int told = 0;
  for (auto const& reason : answer.verdict.reasons()) {
    bool const by_other = reason.finding.rfind("by the weak form", 0) == 0;
    EXPECT_TRUE(reason.name == "forms" || by_other) << verdict::describe(answer.verdict);
    told += by_other ? 1 : 0;
  }
  EXPECT_GT(told, 0) << verdict::describe(answer.verdict);
}

/// Two waves, the shorter of which mollifying bends: some draws leave what looks like a missing term, and it is none.
TEST(OtherForm, WhatMollifyingBendsIsNoMissingTerm) {
  auto const u = [](Coordinates const& p) {
    return std::exp(-0.5 * p[0]) * (std::exp(-0.05 * pi * pi * p[0]) * std::sin(pi * p[1]) + 0.7 * std::exp(-0.45 * pi * pi * p[0]) * std::cos(3.0 * pi * p[1]));
  };
  std::string const text = "[grid]\naxes = [\"t\", \"x\"]\npoints = [41, 51]\nlower = [0, 0]\nupper = [2, 1]\n[parameters.D]\nover = []\n[parameters.k]\nover = []\n"
                           "[equation]\nresidual = \"dt(u) - D*dx(dx(u)) + k*u\"\n";
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    auto const answer = mollified(text, u, 0.01, seed, {});
    bool const bent = has(answer.verdict, "bias");   // by so much that the constants are
    EXPECT_TRUE(bent || answer.verdict.status() == verdict::Status::sound) << seed << ": " << verdict::describe(answer.verdict);
    EXPECT_TRUE(bent || was_made(answer, "forms")) << seed;
  }
}

/// The weak form is not asked for a second opinion of itself, nor where nothing is drawn.
TEST(OtherForm, IsAskedWhereItTellsMore) {
  EXPECT_FALSE(was_made(waves(0.0, {"equation.form=weak"}), "forms"));
  EXPECT_FALSE(was_made(waves(0.0, {"uncertainty.samples=0"}), "forms"));
}

}  // namespace
}  // namespace mollis::test
