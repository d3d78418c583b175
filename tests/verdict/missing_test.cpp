// Terms that an equation may lack, where states are fitted: how far they stand out, and what they would move.
#include "uncertainty/constant_entries.hpp"
#include "verdict/infer.hpp"

namespace mollis::test {
namespace {

double film_of(Coordinates const& p) { return std::exp(-p[0]) * (1.0 + 0.5 * std::cos(pi * p[1]) + 0.2 * std::cos(2.0 * pi * p[1])); }

/// u_t - 0.02 u_xx + u = `more` + m, m so that `film_of` fulfils it with U for u in `more`; the deck says `residual`.
std::string film_with(std::string more, std::string const& residual, std::string const& constants) {
  std::string const u = "exp(-t)*(1 + 0.5*cos(pi*x) + 0.2*cos(2*pi*x))";
  for (std::size_t at = 0; (at = more.find('U')) != std::string::npos;) more.replace(at, 1, "(" + u + ")");
  std::string text = R"toml(
[grid]
axes = ["t", "x"]
points = [31, 41]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "dt()toml" + u + ") - 0.02*dx(dx(" + u + ")) + " + u + " - " + more + "\"\n[equation]\nresidual = \"" + residual + "\"\n";
  for (char const name : constants) text += std::string("[parameters.") + name + "]\nover = []\n";
  return text;
}

std::string joint_film(std::string const& residual, std::string const& constants) {
  return film_with("0.1*U^2", residual, constants) + "[inversion]\nmethod = \"joint\"\n";
}

inference::Inference fitted(std::string const& residual, std::string const& constants) {
  Options options;
  options.noise = 0.03;
  Case const c(joint_film(residual, constants), {{"u", film_of}}, options);
  return infer(c);
}

double constant(inference::Inference const& answer, std::size_t i) {
  return uncertainty::ConstantEntries(answer.problem->space()).read(answer.estimate.parameters)[i];
}

/// k takes up most of 0.1 u^2, and the states most of the rest: the score of what they leave, its deviation and what the term would move say as
/// much as a fit that has it (Engle 1984).
TEST(MissingTerm, StandsOutAsFarAsAFitWithItSays) {
  auto const without = fitted("dt(u) - D*dx(dx(u)) + k*u - m", "Dk"), with = fitted("dt(u) - D*dx(dx(u)) + k*u - s*u^2 - m", "Dks");
  ASSERT_EQ(without.uncertainty.missing.size(), 1u);
  auto const& missing = without.uncertainty.missing[0];
  EXPECT_EQ(missing.term, "u^2");
  double const said = std::abs(constant(with, 2)) / with.uncertainty.constants.deviation(2);
  EXPECT_GT(said, 2.5);
  EXPECT_NEAR(missing.deviations / said, 1.0, 0.15);
  EXPECT_NEAR(missing.value / -constant(with, 2), 1.0, 0.15);
  auto const& sure = without.uncertainty.constants;
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(sure.at(i, j) - sure.without_terms.at(2 * i + j), missing.moves[i] * missing.moves[j], 1e-9 * sure.deviation(i) * sure.deviation(j));
  double const moved = std::abs(constant(with, 1) - constant(without, 1));
  EXPECT_GT(moved, 3.0 * std::sqrt(without.uncertainty.constants.at(1, 1) - missing.moves.at(1) * missing.moves.at(1)));
  EXPECT_NEAR(std::abs(missing.moves.at(1)) / moved, 1.0, 0.15);
}

/// D grows with u: by name and value what the equation lacks. Mollified data are doubted first, and asked in the weak form where fitted states do not end it.
TEST(MissingTerm, IsAFluxThatGrowsWithTheState) {
  for (std::uint64_t const seed : {1, 2}) {
    Options options;
    options.noise = 0.01;
    options.seed = seed;
    Case const c(film_with("0.02*dx(U*dx(U))", "dt(u) - D*dx(dx(u)) + k*u - m", "Dk"), {{"u", film_of}}, options);
    auto const answer = infer(c);
    EXPECT_EQ(answer.problem->settings.inversion.method, "joint") << seed;
    EXPECT_TRUE(has(answer.verdict, "complete")) << verdict::describe(answer.verdict);
    ASSERT_EQ(answer.uncertainty.missing.size(), 1u);
    EXPECT_EQ(answer.uncertainty.missing[0].term, "dx(u*dx(u))");
    EXPECT_NEAR(answer.uncertainty.missing[0].value, -0.02, 0.004);
  }
}

/// Eight frames, between which a mode loses three quarters: what is believed of states bends these, which is no missing term.
TEST(MissingTerm, IsNotFoundInWhatSmoothnessOfStatesLeaves) {
  Options options;
  options.noise = 0.05;
  options.overrides = {"grid.points=[8,51]", "grid.upper=[2.0,1.0]"};
  std::string text = joint_film("dt(u) - D*dx(dx(u)) + k*u", "Dk");
  auto const modes = [](Coordinates const& p) {
    double const s = 0.05 * pi * pi;
    return std::exp(-0.5 * p[0]) * (std::exp(-s * p[0]) * std::sin(pi * p[1]) + 0.7 * std::exp(-9.0 * s * p[0]) * std::cos(3.0 * pi * p[1]));
  };
  Case const c(text, {{"u", modes}}, options);
  auto const answer = infer(c);
  EXPECT_FALSE(has(answer.verdict, "complete")) << verdict::describe(answer.verdict);
  for (auto const& missing : answer.uncertainty.missing) EXPECT_LT(missing.deviations, 3.0) << missing.term;
}

}  // namespace
}  // namespace mollis::test
