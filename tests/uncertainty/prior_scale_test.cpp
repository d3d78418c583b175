// A field of long waves has bands as wide as these are, where data say nothing of it.
#include "uncertainty/prior_scale.hpp"

#include <algorithm>
#include <memory>

#include "choices/choose.hpp"
#include "estimators/make/make_estimator.hpp"
#include "problem/case.hpp"
#include "uncertainty/uncertainty.hpp"

namespace mollis::test {
namespace {

/// lap(u) falls by exp(-8) from right to left, so that data say nothing of lambda there.
std::string const one_sided = R"toml(
[grid]
axes = ["y", "x"]
points = [24, 28]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "-64*exp(8*(x - 1))*(1 + 0.4*cos(pi*x)*cos(pi*y))"
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lambda*lap(u) + m"
)toml";
double rising(Coordinates const& x) { return std::exp(8.0 * (x[1] - 1.0)); }
double lambda(Coordinates const& x) { return 1.0 + 0.4 * std::cos(pi * x[0]) * std::cos(pi * x[1]); }

struct Fitted {
  Fitted(std::string const& text = one_sided, Formula const& state = rising, double noise = 0.02) : c(text, {{"u", state}}, options(noise)), problem(c.problem()) {
    Quiet const quiet;
    run::Stages stages;
    estimator = estimators::make_estimator("joint");
    estimate = estimator->estimate(problem, choices::choose(problem, stages), stages);
  }
  static Options options(double noise) {
    Options options;
    options.noise = noise;
    options.overrides = {"inversion.method=joint"};
    return options;
  }
  Case c;
  problem::Problem problem;
  std::unique_ptr<estimate::Estimator> estimator;
  estimate::Estimate estimate;
};

/// The share of the core that bands hold.
double covered(Fitted const& f, Formula const& truth) {
  uncertainty::Settings settings;
  settings.samples = 16;
  auto const sure = uncertainty::quantify(f.problem, f.estimate, settings, 0);
  EXPECT_TRUE(sure.computed) << sure.why_not;
  auto const& space = f.problem.space();
  return scores::coverage95(space, space.unknowns()[0], space.scatter(f.estimate.parameters)[0], sample(f.problem.grid, truth), sure.deviation[0], true);
}

/// With the scales that three draws tell.
struct Scaled : Fitted {
  Scaled() : linear(*estimate.linear), scale(problem, linear, estimate.smoothness) {
    for (int number = 0; number < 3; ++number) {
      auto const prior = linear.make_vector(), x = linear.make_vector();
      linear.draw_prior(number, prior);
      EXPECT_TRUE(linear.solve(prior, x, 1e-6).converged);
      scale.add(x, prior);
    }
    scale.settle(estimate.parameters);
  }
  /// cos(pi j y) cos(pi k x), of the grid's points.
  petsc::Vector wave(int j, int k) const {
    auto const& space = problem.space();
    auto const parameters = space.make_vector();
    auto x = linear.make_vector();
    auto const at = [&](int waves, double place, double points) { return std::cos(pi * waves * (place * (points - 1.0) + 0.5) / points); };
    petsc::check(VecSet(parameters, 0.0));
    petsc::check(VecSet(x, 0.0));
    space.gather({sample(problem.grid, [&](Coordinates const& place) { return at(j, place[0], 24.0) * at(k, place[1], 28.0); })}, parameters);
    linear.put_parameters(parameters, x);
    return x;
  }
  estimate::Linearisation& linear;
  uncertainty::PriorScale scale;
};

class PriorScale : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { made = std::make_unique<Scaled>(); }
  static void TearDownTestSuite() { made.reset(); }
  static std::unique_ptr<Scaled> made;
  Scaled const& f = *made;
};
std::unique_ptr<Scaled> PriorScale::made;

TEST_F(PriorScale, LongWavesThatDataDoNotTellAreInsideTheBands) { EXPECT_GT(covered(Fitted(), lambda), 0.9); }

/// Noise of three tenths of the signal: the evidence leaves of a field what its smoothness leaves free, and the rest is as large as the bands say.
TEST(Fields, ThatAreLeftNoVariationMayHideSome) {
  std::string text = one_sided;
  text.replace(text.find("24, 28"), 6, "32, 32");
  std::string const source = "-64*exp(8*(x - 1))*(1 + 0.4*cos(pi*x)*cos(pi*y))";
  text.replace(text.find(source), source.size(), "2*pi^2*sin(pi*x)*sin(pi*y)*(1 + 0.4*sin(3*x)*cos(2*y))");
  auto const dome = [](Coordinates const& x) { return std::sin(pi * x[0]) * std::sin(pi * x[1]); };
  auto const waves = [](Coordinates const& x) { return 1.0 + 0.4 * std::sin(3.0 * x[1]) * std::cos(2.0 * x[0]); };
  Fitted const noisy(text, dome, 0.15);
  EXPECT_GT(noisy.estimate.linear->hidden(0), 0.02);
  EXPECT_GT(covered(noisy, waves), 0.8);
  EXPECT_EQ(Fitted(text, dome, 0.003).estimate.linear->hidden(0), 0.0);
}

/// Waves that planes have nothing of are eigenvectors, of the root of their band's scale.
TEST_F(PriorScale, WavesAreScaledByTheRootOfTheirBand) {
  ASSERT_EQ(f.scale.scales().size(), 21u);   // below 1.5 half waves, and four each of five octaves, up to 48 where 37 are
  struct Wave {
    int j, k;
    double variance;
  };
  for (auto const& [j, k, variance] : {Wave{1, 1, f.scale.scales()[0]}, Wave{2, 0, f.scale.scales()[2]}, Wave{3, 5, f.scale.scales()[8]}, Wave{14, 0, f.scale.scales()[13]}}) {
    auto const before = f.wave(j, k), after = f.wave(j, k);
    f.scale.apply(after);
    petsc::check(VecAXPY(after, -std::sqrt(variance), before));
    EXPECT_LT(dot(after, after), 1e-18 * (1.0 + variance) * dot(before, before)) << j << ' ' << k;
  }
}

/// Draws of the prior have nothing of planes, which it leaves free: what waves of a draw have of them would be as large as the prior is stiff.
TEST_F(PriorScale, GivesNothingToWhatThePriorLeavesFree) {
  auto const r = f.linear.make_vector(), plane = f.linear.make_vector(), pulled = f.linear.make_vector();
  f.linear.draw_prior(7, r);
  f.scale.apply(r);
  auto const parameters = f.problem.space().make_vector();
  for (int const axis : {0, 1}) {
    petsc::check(VecSet(parameters, 0.0));
    petsc::check(VecSet(plane, 0.0));
    f.problem.space().gather({sample(f.problem.grid, [&](Coordinates const& place) { return 1.0 + place[static_cast<std::size_t>(axis)]; })}, parameters);
    f.linear.put_parameters(parameters, plane);
    f.linear.prior(plane, pulled);
    EXPECT_LT(dot(pulled, pulled), 1e-16 * dot(r, r));
    EXPECT_LT(std::abs(dot(plane, r)), 1e-10 * std::sqrt(dot(plane, plane) * dot(r, r)));
  }
}

/// What draws of the noise pull at the prior is known from draws of the prior alone. The data do not determine half of this field.
TEST_F(PriorScale, TellsThePullOfTheNoise) {
  constexpr int draws = 64;
  std::vector<petsc::Vector> waves;
  for (int j = 0; j < 6; ++j)
    for (int k = 0; k < 6; ++k)
      if (std::hypot(j, k) >= 3.0 && std::hypot(j, k) < 6.0) waves.push_back(f.wave(j, k));
  std::vector<double> lengths;
  for (auto const& wave : waves) lengths.push_back(dot(wave, wave));
  uncertainty::PriorScale scale(f.problem, f.linear, f.estimate.smoothness);
  auto const x = f.linear.make_vector(), b = f.linear.make_vector(), q = f.linear.make_vector();
  double of_noise = 0.0;
  for (int number = 0; number < draws; ++number) {
    f.linear.draw_noise(number, b);
    petsc::check(VecSet(x, 0.0));
    ASSERT_TRUE(f.linear.solve(b, x, 1e-4).converged);
    f.linear.prior(x, q);
    for (std::size_t w = 0; w < waves.size(); ++w) of_noise += std::pow(dot(waves[w], q), 2) / lengths[w] / draws;
    f.linear.draw_prior(number, b);
    petsc::check(VecSet(x, 0.0));
    ASSERT_TRUE(f.linear.solve(b, x, 1e-4).converged);
    scale.add(x, b);
  }
  double expected = 0.0, freedom = 0.0;
  for (std::size_t band = 5; band < 9; ++band) {   // from 3 to 6 half waves
    expected += scale.expected()[band].of_noise;
    freedom += scale.expected()[band].freedom;
  }
  double const deviation = std::sqrt(2.0 * 2.0 / (draws * freedom));   // of two means
  EXPECT_NEAR(expected / of_noise, 1.0, 3.0 * deviation);
  EXPECT_LT(3.0 * deviation, 0.5);
}

/// A source on a torus, of which data tell each wave by itself.
std::string const torus = R"toml(
[grid]
axes = ["y", "x"]
points = [24, 24]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["y", "x"]
[fields.m]
value = "8*pi^2*sin(2*pi*x)*cos(2*pi*y) - 20*cos(2*pi*x)*cos(2*pi*y)"
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lap(u) + lambda + m"
)toml";

/// What the prior expects tells how much of it few draws happen to have: two draws tell N + R as 64 do, closer than their waves alone would.
TEST(PriorScaleOfTorus, MakesUpForWhatFewDrawsHave) {
  constexpr int many = 64;
  Fitted const even(torus, [](Coordinates const& x) { return std::sin(2.0 * pi * x[1]) * std::cos(2.0 * pi * x[0]); });
  auto& linear = *even.estimate.linear;
  auto const x = linear.make_vector(), r = linear.make_vector();
  uncertainty::PriorScale few(even.problem, linear, even.estimate.smoothness), all(even.problem, linear, even.estimate.smoothness);
  for (int number = 0; number < many; ++number) {
    linear.draw_prior(number, r);
    petsc::check(VecSet(x, 0.0));
    ASSERT_TRUE(linear.solve(r, x, 1e-4).converged);
    all.add(x, petsc::copy_of(r));
    if (number < 2) few.add(x, petsc::copy_of(r));
  }
  double by_few = 0.0, by_waves = 0.0;
  for (std::size_t band = 1; band < 9; ++band) {   // few waves each
    auto const whole = [band](uncertainty::PriorScale const& of) { return of.expected()[band].of_noise + of.expected()[band].of_prior; };
    if (!(whole(all) > 0.0)) continue;
    by_few += std::abs(std::log(whole(few) / whole(all)));
    by_waves += std::sqrt(1.0 / all.expected()[band].freedom);   // deviation of a mean of two draws of so many waves
  }
  EXPECT_GT(by_waves, 0.0);
  EXPECT_LT(by_few, 0.5 * by_waves);
}

/// The variance of v . (S r) over that of v . r, by many draws, for a v of waves that are smaller than the prior expects.
TEST_F(PriorScale, TellsWhatItAddsToTheVarianceOfAConstant) {
  constexpr int draws = 200;
  auto const& space = f.problem.space();
  auto const column = space.make_vector();
  auto const v = f.linear.make_vector(), r = f.linear.make_vector();
  petsc::check(VecSet(column, 0.0));
  petsc::check(VecSet(v, 0.0));
  space.gather({sample(f.problem.grid, [](Coordinates const& place) { return std::exp(-3.0 * place[1]) * std::cos(20.0 * place[0]); })}, column);
  f.linear.put_parameters(column, v);
  double scaled = 0.0, plain = 0.0;
  for (int number = 0; number < draws; ++number) {
    f.linear.draw_prior(number, r);
    plain += std::pow(dot(v, r), 2) / draws;
    f.scale.apply(r);
    scaled += std::pow(dot(v, r), 2) / draws;
  }
  double const more = f.scale.more_of(column);
  EXPECT_GT(std::abs(more), 0.25 * plain);
  EXPECT_NEAR(more, scaled - plain, 3.0 * std::sqrt(2.0 / draws) * (scaled + plain));
}

/// Four to 24 draws; between, as many as the iterations of the fit allow for, with what weights move after them.
TEST_F(PriorScale, AutomaticDrawsAreAsManyAsTheFitAllows) {
  uncertainty::Settings given;
  given.samples = 10;
  auto const by_budget = [&](int budget) { return uncertainty::quantify(f.problem, f.estimate, {}, budget); };
  int const of_ten = uncertainty::quantify(f.problem, f.estimate, given, 0).krylov;
  EXPECT_EQ(by_budget(0).draws, 4);
  EXPECT_EQ(by_budget(1000000).draws, 24);
  auto const between = by_budget(of_ten);
  EXPECT_NEAR(between.draws, 10, 2);
  EXPECT_NEAR(between.krylov, of_ten, 0.1 * of_ten);
}

/// A solve that stops early leaves pulls that a closer one moves, the more the earlier it stops; the same solve moves none.
TEST_F(PriorScale, TellsWhatLooseSolvesSpoil) {
  auto const r = f.linear.make_vector(), x = f.linear.make_vector(), loose = f.linear.make_vector();
  f.linear.draw_prior(3, r);
  petsc::check(VecSet(x, 0.0));
  ASSERT_TRUE(f.linear.solve(r, x, 1e-8).converged);
  uncertainty::PriorScale scale(f.problem, f.linear, f.estimate.smoothness);
  auto const spoilt_by = [&](Vec by) {
    scale.look(by, r);
    return scale.first(x, r, 3).spoilt;
  };
  petsc::check(VecCopy(x, loose));
  EXPECT_EQ(spoilt_by(loose), 0.0);
  petsc::check(VecScale(loose, 1.0 + 1e-3));
  double const little = spoilt_by(loose);
  EXPECT_GT(little, 0.0);
  petsc::check(VecScale(loose, (1.0 + 1e-1) / (1.0 + 1e-3)));
  EXPECT_NEAR(spoilt_by(loose), 1e4 * little, 1e2 * little);   // as the square; what the prior and the data each have of it is weighed alike
  petsc::check(VecSet(loose, 0.0));
  EXPECT_NEAR(spoilt_by(loose), 1.0, 1e-9);   // nothing of it
}

/// What has been added comes back from a checkpoint, and tells the same.
TEST_F(PriorScale, GoesOnWhereItWas) {
  checkpoint::Quantities kept;
  f.scale.keep(kept);
  uncertainty::PriorScale again(f.problem, f.linear, f.estimate.smoothness);
  again.go_on(kept);
  EXPECT_EQ(again.scales(), f.scale.scales());   // once all have been told, parts need not be there any more
  again.settle(f.estimate.parameters);
  for (std::size_t b = 0; b < again.scales().size(); ++b) EXPECT_NEAR(again.scales()[b], f.scale.scales()[b], 1e-9 * f.scale.scales()[b]) << b;
}

/// The prior of this field, which is smooth, is right on average over waves only: those beyond what the data tell are smaller.
TEST_F(PriorScale, WavesOfASmoothFieldAreNotWhatOneWeightExpects) {
  auto const [least, most] = std::minmax_element(f.scale.scales().begin(), f.scale.scales().end());
  EXPECT_LT(*least, 0.5);
  EXPECT_GT(*most, 4.0 * *least);
}

}  // namespace
}  // namespace mollis::test
