// A field of long waves has bands as wide as these are, where data say nothing of it.
#include "uncertainty/prior_scale.hpp"

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

TEST(PriorScale, LongWavesThatDataDoNotTellAreInsideTheBands) { EXPECT_GT(covered(Fitted(), lambda), 0.9); }

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

/// No prior holds a field's mean: what an octave of it alone would be scaled by is the ratio of two rounding errors.
TEST(PriorScale, TheMeanIsInNoOctave) {
  Fitted const f;
  auto& linear = *f.estimate.linear;
  uncertainty::PriorScale const scale(f.problem, linear);
  auto const mean = f.problem.space().make_vector(), x = linear.make_vector();
  petsc::check(VecSet(mean, 1.0));
  petsc::check(VecSet(x, 0.0));
  linear.put_parameters(mean, x);
  scale.weigh(x, std::vector<double>(scale.largest().size(), 1.0));
  EXPECT_LT(dot(x, x), 1e-20 * dot(mean, mean));
}

/// Octaves are orthogonal and all there is: each for itself, they make up the draw.
TEST(PriorScale, OctavesMakeUpADraw) {
  Fitted const f;
  auto& linear = *f.estimate.linear;
  uncertainty::PriorScale scale(f.problem, linear);
  auto const noise = linear.make_vector(), r = linear.make_vector(), sum = linear.make_vector();
  linear.draw(3, noise, r);
  scale.add(noise, r);
  std::size_t const octaves = scale.largest().size();
  ASSERT_GT(octaves, 4u);
  petsc::check(VecSet(sum, 0.0));
  std::vector<petsc::Vector> parts;
  for (std::size_t b = 0; b < octaves; ++b) {
    std::vector<double> variances(octaves, 0.0);
    variances[b] = 1.0;
    parts.push_back(petsc::copy_of(r));
    scale.weigh(parts.back(), variances);
    petsc::check(VecAXPY(sum, 1.0, parts.back()));
    for (std::size_t a = 0; a < b; ++a) EXPECT_NEAR(dot(parts[a], parts[b]), 0.0, 1e-10 * dot(r, r));
  }
  auto const space = f.problem.space().make_vector(), whole = f.problem.space().make_vector();
  linear.take_parameters(sum, space);
  linear.take_parameters(r, whole);
  petsc::check(VecAXPY(space, -1.0, whole));
  EXPECT_LT(dot(space, space), 1e-20 * dot(whole, whole));
}

}  // namespace
}  // namespace mollis::test
