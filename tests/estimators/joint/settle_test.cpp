// The end of a joint fit where whole Gauss-Newton steps overshoot.
#include "joined.hpp"

#include "petsc/access.hpp"

namespace mollis::test {
namespace {

/// u = g(k) = k' sin + (1 + b k'^2/2) cos with k' = k - 3, of data that hold neither wave but in their noise. Over the states the objective
/// is, up to a factor, f = |g(k) - d|^2/2. Near its minimum f'' is some 1 + b, of which Gauss and Newton know 1: a whole step multiplies
/// the distance from there by -b.
std::string curved(double b) {
  return "[grid]\naxes = [\"x\"]\npoints = [48]\nlower = [0.0]\nupper = [1.0]\nperiodic = [\"x\"]\n"
         "[parameters.k]\nover = []\ninitial = 3.3\n"
         "[equation]\nresidual = \"u - (k - 3)*sin(2*pi*x) - (1 + 0.5*" + std::to_string(b) + "*(k - 3)^2)*cos(2*pi*x)\"\n";
}

/// Where f is lowest for these data, by Newton on its derivative from k' = 0.
double lowest(Case const& c, double b) {
  auto const waves = [&](bool sine) {
    auto const wave = sample(c.grid, [sine](Coordinates const& x) { return sine ? std::sin(2.0 * pi * x[0]) : std::cos(2.0 * pi * x[0]); });
    return dot(wave, c.states[0].data) / dot(wave, wave);
  };
  double const s = waves(true), e = 1.0 - waves(false);
  double k = 0.0;
  for (int i = 0; i < 50; ++i) k -= (k - s + (e + 0.5 * b * k * k) * b * k) / (1.0 + e * b + 1.5 * b * b * k * k);
  return 3.0 + k;
}

struct End {
  double k, expected;
  joint::Joined fit;
};

End fit(double b) {
  Options options;
  options.noise = 0.1;
  Joined j(curved(b), {{"u", [](Coordinates const& x) { return std::sin(6.0 * pi * x[0]); }}}, options);
  Quiet const quiet;
  auto const problem = j.c.problem();
  joint::Objective objective(problem, joint::Lattice(j.c.grid, j.c.system, 7));
  objective.set_averages_fail(true);  // factors: each step is solved to rounding, so that its length is that of the method
  auto result = joint::fit(objective, parameters::first_guess(j.c.space));
  auto const p = j.c.space.make_vector();
  objective.take_parameters(result.x, p);
  return {to_vector(parameters_of(j.c, p)[0]).front(), lowest(j.c, b), std::move(result)};
}

TEST(Settle, WholeStepsThatFallShortEndAtTheOptimum) {
  auto const end = fit(0.5);
  std::printf("k = %.10f, lowest at %.10f, %d steps\n", end.k, end.expected, end.fit.newton);
  EXPECT_TRUE(end.fit.converged);
  EXPECT_NEAR(end.k, end.expected, 1e-8);
}

/// Whole steps alone would end 1.35^30 = 8000 times as far off as the settling began, and so unconverged.
TEST(Settle, WholeStepsThatOvershootEndAtTheOptimum) {
  auto const end = fit(1.35);
  double longest = 0.0;  // of a step over the one before, while parameters settle
  auto const& trials = end.fit.trials;
  for (std::size_t i = 1; i < trials.size(); ++i)
    if (trials[i].phase == "settle" && trials[i - 1].phase == "settle") longest = std::max(longest, trials[i].change / trials[i - 1].change);
  std::printf("k = %.10f, lowest at %.10f, %d steps, the longest %.2f of the one before\n", end.k, end.expected, end.fit.newton, longest);
  EXPECT_GT(longest, 1.3);  // what is tested: they do overshoot
  EXPECT_TRUE(end.fit.converged);
  EXPECT_NEAR(end.k, end.expected, 1e-4);
}

}  // namespace
}  // namespace mollis::test
