// Radii that vary: against the best single one on a front, against Lepski's where nothing is sharp, and on other numbers of ranks.
#include "choices/adaptive_radii.hpp"

#include "mollifier/blended_jets.hpp"
#include "problem/case.hpp"

namespace mollis::test {
namespace {

mollifier::MultiIndex const second{2};

/// Root mean square error of u_xx by some radii.
double error_of(Case const& c, mollifier::Settings const& settings, Formula const& exact) {
  auto const found = to_vector(mollifier::BlendedJets(c.grid, settings, false, {second}).apply(c.states[0].data).front());
  auto const truth = to_vector(sample(c.grid, exact));
  double sum = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) sum += std::pow(found[i] - truth[i], 2);
  return std::sqrt(sum_over(c.grid.comm(), sum) / static_cast<double>(c.grid.points()));
}

/// Errors of the map, of the radius that Lepski takes everywhere, and of the best single one, found with the truth known.
struct Errors {
  double map, lepski, best;
  mollifier::Settings adaptive;
};

Errors errors_on_a_line(Formula const& u, Formula const& uxx, double noise) {
  Options options;
  options.noise = noise;
  Case c(R"toml(
[grid]
axes = ["x"]
points = [400]
lower = [0.0]
upper = [1.0]
[parameters.k]
over = []
[equation]
residual = "k*dx(dx(u)) + u"
)toml",
         {{"u", u}}, options);
  choices::Ladder const ladder(c.grid, c.deck.mollifier.degree);
  choices::Lepski lepski(c.grid, c.deck.mollifier, c.states, {{0, 0, {second}, {1.0}}}, ladder);
  auto const rung = lepski.choose();
  Errors out;
  out.adaptive = choices::adaptive_radii(c.grid, c.deck.mollifier, lepski, ladder, rung);
  out.map = error_of(c, out.adaptive, uxx);
  out.best = INFINITY;
  for (int k = 0; k < ladder.rungs(0); ++k) {
    double const error = error_of(c, mollifier::with_radii(c.grid, c.deck.mollifier, ladder.radii({k})), uxx);
    out.best = std::min(out.best, error);
    if (k == rung[0]) out.lepski = error;
  }
  std::printf("error %.3g, at Lepski's radius %.3g, at the best single one %.3g\n", out.map, out.lepski, out.best);
  return out;
}

TEST(AdaptiveRadii, BeatTheBestSingleRadiusOnAFront) {
  double const width = 0.018;
  auto const front = [=](double x) { return std::tanh((x - 0.6) / width); };
  auto const errors = errors_on_a_line(
      [&](Coordinates const& x) { return std::sin(5.0 * x[0]) + 0.3 * front(x[0]); },
      [&](Coordinates const& x) {
        double const t = front(x[0]);
        return -25.0 * std::sin(5.0 * x[0]) - 0.6 * t * (1.0 - t * t) / (width * width);
      },
      0.003);
  EXPECT_LT(errors.map, errors.best / 1.5);
  EXPECT_GE(errors.adaptive.map.rungs.size(), 3u);
}

TEST(AdaptiveRadii, CostLittleWhereNothingIsSharp) {
  for (double const noise : {0.1, 0.01}) {
    auto const errors = errors_on_a_line([](Coordinates const& x) { return std::sin(6.0 * x[0]); },
                                         [](Coordinates const& x) { return -36.0 * std::sin(6.0 * x[0]); }, noise);
    EXPECT_LT(errors.map, 1.25 * errors.lepski) << noise;
  }
}

char const* const plane = R"toml(
[grid]
axes = ["y", "x"]
points = [46, 50]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[parameters.k]
over = []
[equation]
residual = "k*lap(u) + u"
)toml";

mollifier::Settings map_in_the_plane(Case& c) {
  c.deck.mollifier.adaptive = true;  // rows are not refitted around gaps then
  choices::Ladder const ladder(c.grid, c.deck.mollifier.degree);
  choices::Lepski lepski(c.grid, c.deck.mollifier, c.states, {{0, 0, {{2, 0}, {0, 2}}, {1.0, 1.0}}}, ladder);
  return choices::adaptive_radii(c.grid, c.deck.mollifier, lepski, ladder, lepski.choose());
}

TEST(AdaptiveRadii, AreTheSameOnAnyNumberOfRanksAndKeepTheirSlope) {
  auto const u = [](Coordinates const& x) { return std::sin(3.0 * x[0]) * x[1] + std::tanh((x[1] - 0.5) / 0.04); };
  Options together, alone;
  together.noise = alone.noise = 0.003;
  alone.comm = MPI_COMM_SELF;
  Case c(plane, {{"u", u}}, together), whole(plane, {{"u", u}}, alone);
  auto const map = map_in_the_plane(c).map, wanted = map_in_the_plane(whole).map;
  ASSERT_EQ(map.rungs, wanted.rungs);
  ASSERT_GE(map.rungs.size(), 2u);
  auto const points = local_points(c.grid);
  for (std::size_t i = 0; i < points.size(); ++i)
    EXPECT_EQ(map.level[i], wanted.level[static_cast<std::size_t>(points[i][0] * 50 + points[i][1])]) << i;
  auto const radius = [&](Index y, Index x) { return mollifier::radius_at(wanted, "x", wanted.level[static_cast<std::size_t>(y * 50 + x)]); };
  for (Index y = 0; y < 46; ++y)
    for (Index x = 1; x < 50; ++x) EXPECT_LE(std::abs(radius(y, x) - radius(y, x - 1)), 1.2);  // 1, and levels are rounded
}

TEST(AdaptiveRadii, LoseNoMorePointsToAGapThanTheNarrowestWould) {
  Options options;
  options.noise = 0.02;
  Case c(plane, {{"u", [](Coordinates const& x) { return std::sin(3.0 * x[0]) * x[1]; }}}, options);
  auto data = to_vector(c.states[0].data);
  auto const points = local_points(c.grid);
  for (std::size_t i = 0; i < points.size(); ++i)
    if (std::abs(points[i][0] - 20) <= 2 && std::abs(points[i][1] - 24) <= 2) data[i] = NAN;
  c.states[0].data = to_field(data);
  auto const settings = map_in_the_plane(c);
  std::vector<mollifier::MultiIndex> const set{{2, 0}, {0, 2}};
  auto const found = to_vector(mollifier::BlendedJets(c.grid, settings, false, set).apply(c.states[0].data).front());
  auto const radius = settings.map.rungs.front().at("x").at(-1);
  EXPECT_GT(settings.map.rungs.size(), 2u);
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool const meets = std::abs(points[i][0] - 20) <= 2 + radius && std::abs(points[i][1] - 24) <= 2 + radius;
    EXPECT_EQ(std::isfinite(found[i]), !meets) << points[i][0] << " " << points[i][1];
  }
}

}  // namespace
}  // namespace mollis::test
