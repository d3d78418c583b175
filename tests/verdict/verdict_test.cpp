// Sound data are found sound; what is broken on purpose is found out.
#include "verdict/infer.hpp"

#include "scores/score.hpp"
#include "uncertainty/smoothing_bias.hpp"

namespace mollis::test {
namespace {

Options noisy(std::vector<std::string> overrides = {}) {
  Options options;
  options.noise = 0.01;
  options.overrides = std::move(overrides);
  return options;
}

TEST(Verdict, OfGoodDataIsSound) {
  for (auto const* method : {"auto", "joint", "equation-error"}) {
    Case const c(heat, {{"u", bump}}, noisy({std::string("inversion.method=") + method}));
    auto const answer = infer(c);
    EXPECT_EQ(answer.verdict.status(), verdict::Status::sound) << method << verdict::describe(answer.verdict);
  }
}

TEST(Verdict, FindsNoiseThatIsNotAsGiven) {
  for (double const factor : {10.0, 0.1}) {
    Case c(heat, {{"u", bump}}, noisy({"inversion.method=joint"}));
    for (auto& state : c.states) state.sigma *= factor;
    auto const answer = infer(c);
    EXPECT_TRUE(has(answer.verdict, factor > 1.0 ? "overfit" : "misfit")) << verdict::describe(answer.verdict);
  }
}

/// Fields take up most of what noise leaves of mollified data: differences of these tell a noise that is said too large.
TEST(Verdict, FindsNoiseOfMollifiedDataThatIsSaidTooLarge) {
  for (double const factor : {1.0, 4.0}) {
    Case c(heat, {{"u", bump}}, noisy({"inversion.method=equation-error"}));
    for (auto& state : c.states) {
      state.sigma *= factor;
      state.automatic = false;
    }
    auto const answer = infer(c);
    EXPECT_EQ(has(answer.verdict, "noise"), factor > 1.0) << verdict::describe(answer.verdict);
  }
}

TEST(Verdict, FindsWrongAndMissingTerms) {
  for (auto const* residual : {"dt(u) - D*dx(dx(u)) - 0.5*u", "dt(u) - D*dx(dx(u))"}) {  // a wrong sign, a term less
    Case const c(film(residual, "D"), {{"u", wave}}, noisy());
    auto const answer = infer(c);
    EXPECT_EQ(answer.verdict.status(), verdict::Status::doubtful) << residual << verdict::describe(answer.verdict);
    EXPECT_TRUE(has(answer.verdict, "misfit") || has(answer.verdict, "white")) << verdict::describe(answer.verdict);
  }
  Case const c(film("dt(u) - D*dx(dx(u)) + a*u", "Da"), {{"u", wave}}, noisy());
  auto const answer = infer(c);
  EXPECT_EQ(answer.verdict.status(), verdict::Status::sound) << verdict::describe(answer.verdict);
}

/// 0.5 u is true, 0.45 u is said: D takes up what of it looks like diffusion, and no block of the grid shows the rest.
TEST(Verdict, NamesATermThatIsMissing) {
  for (auto const* said : {"0.45", "0.5"}) {
    Case const c(film(std::string("dt(u) - D*dx(dx(u)) + ") + said + "*u", "D"), {{"u", wave}}, noisy({"inversion.method=joint", "equation.form=strong"}));
    auto const answer = infer(c);
    bool const lacks = std::string(said) != "0.5";
    EXPECT_EQ(has(answer.verdict, "complete"), lacks) << verdict::describe(answer.verdict);
    if (!lacks) continue;
    auto const& missing = answer.uncertainty.missing.at(0);
    EXPECT_NEAR(missing.value, 0.05, 0.02) << missing.term;
  }
}

/// Least squares are pulled towards 0 by the noise of what D multiplies, beyond what can be taken out.
TEST(Verdict, FindsParametersThatMultiplyNoise) {
  auto options = noisy({"mollifier.radius=4"});
  Case const quiet(film("dt(u) - D*dx(dx(u)) + 0.5*u", "D"), {{"u", wave}}, options);
  EXPECT_FALSE(has(infer(quiet).verdict, "attenuated"));
  options.noise = 0.5;
  Case const loud(film("dt(u) - D*dx(dx(u)) + 0.5*u", "D"), {{"u", wave}}, options);
  auto const answer = infer(loud);
  EXPECT_TRUE(has(answer.verdict, "attenuated")) << answer.estimate.noise_share;
}

/// v = 2 u, u with noise of 0.3 of its deviation: of c's sum of squares the share 0.3^2 / (1 + 0.3^2).
TEST(Verdict, KnowsTheShareOfNoise) {
  std::string const text = R"toml(
[grid]
axes = ["t", "x"]
points = [80, 48]
lower = [0.0, 0.0]
upper = [2.0, 1.0]
periodic = ["x"]
[inversion]
method = "equation-error"
[mollifier]
radius = 0
[parameters.c]
over = []
[equation]
residual = "v - c*u"
)toml";
  auto const u = [](Coordinates const& p) { return std::sin(2.0 * pi * (p[1] + p[0])); };
  Options options;
  options.noise = 0.3;
  Case const c(text, {{"u", u}, {"v", [&](Coordinates const& p) { return 2.0 * u(p); }}}, options);
  EXPECT_NEAR(infer(c).estimate.noise_share, 0.09 / 1.09, 0.005);
}

/// u_t = 0.05 u_xx - k u of two modes, or of the first alone, between open ends.
struct Modes {
  double k = 0.1;
  bool both = true;
  double operator()(Coordinates const& p) const {
    double const D = 0.05 * pi * pi;
    return std::exp(-k * p[0]) * (std::exp(-D * p[0]) * std::sin(pi * p[1]) + (both ? 0.7 * std::exp(-9.0 * D * p[0]) * std::cos(3.0 * pi * p[1]) : 0.0));
  }
};
std::string open_film(std::string const& residual, std::string const& more, std::string const& constants) {
  std::string text = "[grid]\naxes = [\"t\", \"x\"]\npoints = [61, 81]\nlower = [0.0, 0.0]\nupper = [2.0, 1.0]\n" + more + "[equation]\nresidual = \"" + residual + "\"\n";
  if (more.empty()) text += "form = \"weak\"\n";
  for (char const name : constants) text += std::string("[parameters.") + name + "]\nover = []\n";
  return text;
}

/// A missing term that leaves residuals too few to show: the radius shows it.
TEST(Verdict, FindsConstantsThatDependOnTheRadius) {
  auto options = noisy();
  options.noise = 0.01;
  Case const lacking(open_film("dt(u) - D*dx(dx(u))", "", "D"), {{"u", Modes{}}}, options);
  auto const found = infer(lacking);
  EXPECT_TRUE(has(found.verdict, "consistent")) << verdict::describe(found.verdict);
  Case const whole(open_film("dt(u) - D*dx(dx(u)) + 0.1*u", "", "D"), {{"u", Modes{}}}, options);
  auto const answer = infer(whole);
  EXPECT_EQ(answer.verdict.status(), verdict::Status::sound) << verdict::describe(answer.verdict);
  EXPECT_GT(answer.uncertainty.bias.at(0).chance, 0.0);
}

/// u_tt = (c u_x)_x with c = (1 + x)^2: u = (1 + x)^-1/2 sin(k log(1 + x)) cos(w t + p), w^2 = k^2 + 1/4, three of them.
double echoes(Coordinates const& p) {
  double sum = 0.0;
  for (double const k : {2.0, 4.0, 6.0})
    sum += std::sin(k * std::log1p(p[1])) * std::cos(std::sqrt(k * k + 0.25) * p[0] + k) / std::sqrt(1.0 + p[1]) * 4.0 / k;
  return sum;
}

std::string const speed = R"toml(
[grid]
axes = ["t", "x"]
points = [41, 41]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[parameters.c]
over = ["x"]
[equation]
residual = 'd(u, "tt") - dx(c*dx(u))'
)toml";

/// "auto" does not stop at an answer of mollified data whose bias is larger than its noise.
TEST(Verdict, BiasThatPassesTheNoiseIsLeftForFittedStates) {
  auto options = noisy();
  options.noise = 0.02;
  auto mollified = options;
  mollified.overrides = {"inversion.method=equation-error"};
  auto const biased = infer(Case(speed, {{"u", echoes}}, mollified)), answer = infer(Case(speed, {{"u", echoes}}, options));
  EXPECT_TRUE(uncertainty::bias_passes_noise(*biased.problem, biased.uncertainty));
  EXPECT_EQ(answer.problem->settings.inversion.method, "joint");
  EXPECT_EQ(answer.verdict.status(), verdict::Status::sound) << verdict::describe(answer.verdict);
  EXPECT_LT(scores::mean_of(answer.problem->space(), answer.problem->space().unknowns()[0], answer.uncertainty.deviation[0], true),
            scores::mean_of(biased.problem->space(), biased.problem->space().unknowns()[0], biased.uncertainty.deviation[0], true));
}

/// Of two answers that are doubtful alike, here as the noise is said to be three times as large, it takes the one without bias.
TEST(Verdict, OfEqualAnswersTheOneWithoutBiasIsTaken) {
  auto const by = [](std::string const& method) {
    std::string const text = R"toml(
[grid]
axes = ["t"]
points = [80]
lower = [0.0]
upper = [1.0]
[parameters.k]
over = []
[equation]
residual = 'd(u, "tt") + k*u'
)toml";
    auto options = noisy({"inversion.method=" + method});
    options.noise = 0.05;
    Case c(text, {{"u", [](Coordinates const& p) { return std::cos(50.0 * p[0] + 0.3); }}}, options);
    for (auto& state : c.states) state.sigma *= 3.0;
    return infer(c);
  };
  auto const mollified = by("equation-error"), fitted = by("joint"), answer = by("auto");
  EXPECT_EQ(mollified.verdict.status(), verdict::Status::doubtful) << verdict::describe(mollified.verdict);
  EXPECT_EQ(fitted.verdict.status(), verdict::Status::doubtful) << verdict::describe(fitted.verdict);
  EXPECT_EQ(mollified.verdict.reasons().size(), fitted.verdict.reasons().size());
  EXPECT_EQ(answer.problem->settings.inversion.method, "joint");
}

/// What wide mollifiers let D take up stands in what narrower ones leave.
TEST(Verdict, NamesATermThatWideMollifiersHide) {
  for (bool const lacks : {true, false}) {
    auto options = noisy({"grid.points=[41,51]"});
    options.noise = 0.05;
    Case const c(open_film(std::string("dt(u) - D*dx(dx(u))") + (lacks ? "" : " + 0.1*u"), "", "D"), {{"u", Modes{}}}, options);
    auto const answer = infer(c);
    EXPECT_EQ(has(answer.verdict, "complete"), lacks) << verdict::describe(answer.verdict);
  }
}

/// Of one mode u_xx = -pi^2 u: D and k cannot be told apart but by the noise that is left in the fitted states.
TEST(Verdict, FindsErrorOfTheStatesThatPassesForInformation) {
  std::string const joint = "[inversion]\nmethod = \"joint\"\n";
  auto options = noisy({"grid.points=[21,29]"});
  Case const one(open_film("dt(u) - D*dx(dx(u)) + k*u", joint, "Dk"), {{"u", Modes{0.5, false}}}, options);
  auto const found = infer(one);
  EXPECT_TRUE(has(found.verdict, "attenuated")) << verdict::describe(found.verdict);
  EXPECT_GT(found.uncertainty.noise_share, 0.5);
  Case const two(open_film("dt(u) - D*dx(dx(u)) + k*u", joint, "Dk"), {{"u", Modes{0.5, true}}}, options);
  auto const answer = infer(two);
  EXPECT_EQ(answer.verdict.status(), verdict::Status::sound) << verdict::describe(answer.verdict);
  EXPECT_GT(answer.uncertainty.noise_share, 0.0);
  EXPECT_LT(answer.uncertainty.noise_share, 0.1);
}

/// (lambda u')' = -10 with a jump of lambda from 1 to 3, or without: smoothness of one kind everywhere does not describe the first.
TEST(Verdict, FindsAFrontThatTheSmoothnessBends) {
  std::string const text = R"toml(
[grid]
axes = ["x"]
points = [201]
lower = [0.0]
upper = [1.0]
[inversion]
method = "joint"
[parameters.lambda]
over = ["x"]
[equation]
residual = "dx(lambda*dx(u)) + 10"
)toml";
  auto options = noisy();
  options.noise = 2e-3;
  auto const share = [&](double beyond) {
    auto const u = [beyond](Coordinates const& p) {
      auto const flux = [](double x) { return 4.0 * x - 5.0 * x * x; };
      return p[0] < 0.45 ? flux(p[0]) : flux(0.45) + (flux(p[0]) - flux(0.45)) / beyond;
    };
    return infer(Case(text, {{"u", u}}, options));
  };
  EXPECT_LT(share(1.0).uncertainty.bent.at(0), 0.005);
  auto front = share(3.0);
  EXPECT_GT(front.uncertainty.bent.at(0), 0.02);
  EXPECT_GT(front.uncertainty.freedom.at(0), 2.0);
  EXPECT_LT(front.uncertainty.freedom.at(0), 60.0);
  auto const doubts = [&](double bent, double freedom) {
    front.uncertainty.bent.at(0) = bent;
    front.uncertainty.freedom.at(0) = freedom;
    return has(verdict::judge(*front.problem, front.choices, front.estimate, front.uncertainty), "front");
  };
  EXPECT_TRUE(doubts(0.06, 100.0));   // of a hundred places more than three
  EXPECT_FALSE(doubts(0.04, 100.0));
  EXPECT_FALSE(doubts(0.16, 6.0));    // one place of six is chance, two are not
  EXPECT_TRUE(doubts(0.30, 6.0));
}

/// A field that is as smooth as can be, 1 + 0.3 x under second differences: its weight goes up until nothing but what it leaves free is told, and
/// all of the standard error stands in that. The draws had ended before they saw it: 3 % inside.
TEST(Verdict, BandsOfAStiffFieldHoldWhatItsSmoothnessLeavesFree) {
  auto const answer = infer(Case(heat, {{"u", bump}}, noisy({"inversion.method=joint"})));
  ASSERT_EQ(answer.verdict.status(), verdict::Status::sound) << verdict::describe(answer.verdict);
  auto const& grid = answer.problem->grid;
  auto const found = on_host(answer.problem->space().scatter(answer.estimate.parameters)[0]), deviation = on_host(answer.uncertainty.deviation[0]);
  double inside = 0.0;
  auto const& own = grid.owned();
  Index const columns = own[1].size();
  for (Index n = 0; n < grid.local_size(); ++n)
    if (std::abs(found(n) - 1.0 - 0.3 * static_cast<double>(own[1].lower + n % columns) / 19.0) < 1.96 * deviation(n)) inside += 1.0;
  MPI_Allreduce(MPI_IN_PLACE, &inside, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  EXPECT_GT(inside / static_cast<double>(grid.points()), 0.8);
}

/// A last step that is no small part of the standard error, behind a solve that did not end.
TEST(Verdict, DoubtsAFitThatHasNotSettled) {
  auto answer = infer(Case(heat, {{"u", bump}}, noisy({"inversion.method=joint"})));
  auto const judged = [&](double unsettled) {
    answer.estimate.unsettled = unsettled;
    return verdict::judge(*answer.problem, answer.choices, answer.estimate, answer.uncertainty);
  };
  EXPECT_EQ(answer.estimate.unsettled, 0.0);
  EXPECT_FALSE(has(judged(1e-6), "settled"));
  EXPECT_TRUE(has(judged(1e-2), "settled"));
  answer.uncertainty.computed = false;
  EXPECT_FALSE(has(judged(9e-5), "settled"));
  EXPECT_TRUE(has(judged(2e-4), "settled"));
}

TEST(Verdict, IsNoErrorWhereAllParametersAreZero) {
  Case const c(film("dt(u) - D*dx(dx(u))", "D"), {{"u", [](Coordinates const& x) { return std::sin(2.0 * pi * x[1]); }}}, noisy());
  auto answer = infer(c);
  petsc::check(VecSet(answer.estimate.parameters, 0.0));
  auto const verdict = verdict::judge(*answer.problem, answer.choices, answer.estimate, answer.uncertainty);
  EXPECT_TRUE(has(verdict, "determined")) << verdict::describe(verdict);
  EXPECT_NE(verdict::describe(verdict).find("every parameter is 0"), std::string::npos) << verdict::describe(verdict);
}

TEST(Verdict, FailsWhereNothingIsFinite) {
  Case c(heat, {{"u", bump}}, noisy({"inversion.method=equation-error", "mollifier.radius=4", "parameters.lambda.smoothness={weight=1}"}));
  Quiet const quiet;
  run::Stages stages;
  auto answer = inference::infer(c.problem(), stages);
  answer.estimate.misfit_chi2 = NAN;
  EXPECT_EQ(verdict::judge(*answer.problem, answer.choices, answer.estimate, answer.uncertainty).status(), verdict::Status::failed);
}

}  // namespace
}  // namespace mollis::test
