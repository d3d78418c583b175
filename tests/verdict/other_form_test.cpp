// Constants of mollified data, asked once more in the weak form.
#include <algorithm>

#include "problem/finer.hpp"
#include "verdict/infer.hpp"

namespace mollis::test {
namespace {

inference::Inference waves(double spread, std::vector<std::string> overrides) {
  Options options;
  options.noise = 0.0012;
  options.overrides = std::move(overrides);
  options.overrides.push_back("inversion.method=equation-error");
  Case const c(one_for_all(), {{"u", [spread](Coordinates const& p) { return spread_waves(p, spread); }}}, options);
  Quiet const quiet;
  run::Stages stages;
  auto const problem = c.problem();
  return inference::infer(problem, stages, problem::finer_of(problem, c.deck, problem.progress));
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

/// With the wrong one the strong form alone shows nothing: every reason is of the other.
TEST(OtherForm, ShowsWhatTheStrongFormDoesNot) {
  auto const answer = waves(1.0, {});
  EXPECT_EQ(answer.verdict.status(), verdict::Status::doubtful);
  EXPECT_TRUE(was_made(answer, "forms"));
  for (auto const& reason : answer.verdict.reasons())
    EXPECT_TRUE(reason.name == "forms" || reason.finding.rfind("by the weak form", 0) == 0) << verdict::describe(answer.verdict);
}

/// The weak form is not asked for a second opinion of itself, nor where nothing is drawn.
TEST(OtherForm, IsAskedWhereItTellsMore) {
  EXPECT_FALSE(was_made(waves(0.0, {"equation.form=weak"}), "forms"));
  EXPECT_FALSE(was_made(waves(0.0, {"uncertainty.samples=0"}), "forms"));
}

}  // namespace
}  // namespace mollis::test
