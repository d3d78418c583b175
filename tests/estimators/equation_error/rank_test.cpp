// The same fit on all ranks together and on each rank alone.
#include "choices/lepski.hpp"
#include "problem/case.hpp"

namespace mollis::test {
namespace {

double wave(Coordinates const& x) { return x[2] * x[2] + 2.0 * x[1] * x[1] + std::sin(2.0 * x[2] + x[1] + 3.0 * x[0]); }
double other(Coordinates const& x) { return 3.0 + std::cos(x[1] - 2.0 * x[0]) * x[2] + x[1] * x[1]; }

std::string const grid_text = R"toml(
[grid]
axes = ["t", "y", "x"]
points = [8, 13, 14]
lower = [0.0, 0.0, 0.0]
upper = [1.0, 1.0, 1.0]
periodic = []
[fields.m]
value = "3 + x*y"
[mollifier]
radius = { t = 2, y = 4, x = 4 }
degree = 3
[inversion]
tolerance = 1e-12
)toml";

/// Fits in both ways and compares this rank's pieces.
void expect_same(std::string const& text, std::vector<double> const& beta, double tolerance = 1e-8) {
  Options options;
  options.noise = 1e-3;
  deck::Named<Formula> const states{{"u", wave}, {"v", other}};
  Case all(grid_text + text, states, options);
  options.comm = MPI_COMM_SELF;
  Case alone(grid_text + text, states, options);
  auto const together = fit(all, beta), single = fit(alone, beta);
  EXPECT_EQ(together.newton, single.newton);
  EXPECT_NEAR(together.objective, single.objective, 1e-8 * std::abs(single.objective));
  auto const a = parameters_of(all, together.x), b = parameters_of(alone, single.x);
  for (std::size_t p = 0; p < a.size(); ++p) {
    auto const here = to_vector(a[p]), whole = to_vector(b[p]);
    auto const& unknown = all.space.unknowns()[p];
    double size = 0.0;
    for (double const value : whole) size = std::max(size, std::abs(value));
    auto const points = local_points(unknown.grid);
    for (std::size_t i = 0; i < points.size(); ++i) {
      Index at = 0;
      for (int k = 0; k < unknown.grid.dimension(); ++k)
        at = at * unknown.grid.axis(k).size() + points[i][static_cast<std::size_t>(k)];
      EXPECT_NEAR(here[i], whole[static_cast<std::size_t>(at)], tolerance * size) << unknown.name;
    }
  }
}

TEST(Ranks, FieldsOverThePlane) {
  expect_same(R"toml(
[parameters.a]
over = ["y", "x"]
[parameters.b]
over = ["y", "x"]
smoothness = { order = 2 }
[equation]
residuals = ["a*lap(u) + dt(u) - m", "dt(v) - b*lap(v) + a*v"]
)toml",
              {100.0, 100.0});
}

TEST(Ranks, DifferentiatedFieldOverAllAxes) {
  expect_same(R"toml(
[parameters.a]
over = ["t", "y", "x"]
[equation]
residuals = ["dx(a*dx(u)) + dy(a*dy(u)) - m + 0*v"]
)toml",
              {10.0});
}

TEST(Ranks, FieldAndConstantAndTime) {
  expect_same(R"toml(
[parameters.a]
over = ["y"]
[parameters.b]
over = ["t"]
[parameters.k]
over = []
[equation]
residuals = ["a*lap(u) + b*u + k*v - m"]
)toml",
              {1.0, 1.0, 0.0});
}

TEST(Ranks, ConstantsAlone) {
  expect_same(R"toml(
[parameters.a]
over = []
[parameters.k]
over = []
[equation]
residuals = ["a*lap(u) + k*v - m"]
)toml",
              {0.0, 0.0});
}

TEST(Ranks, NonlinearByNewton) {
  expect_same(R"toml(
[parameters.a]
over = ["y", "x"]
transform = "log"
[equation]
residuals = ["a*lap(u) - m + 0*v"]
)toml",
              {30.0}, 1e-7);
}

TEST(Ranks, NoiseDrawsAndLadders) {
  Options options;
  std::string const text = grid_text + "[parameters.a]\nover = []\n[equation]\nresidual = \"a*lap(u) - m + v\"\n";
  Case all(text, {{"u", wave}, {"v", other}}, options);
  options.comm = MPI_COMM_SELF;
  Case alone(text, {{"u", wave}, {"v", other}}, options);
  choices::Ladder const ladder(all.grid, 3);
  ASSERT_EQ(ladder.groups(), 2);
  choices::Lepski a(all.grid, all.deck.mollifier, all.states, {{0, 0, {{0, 2, 0}}, {1.0}}}, ladder);
  choices::Lepski b(alone.grid, alone.deck.mollifier, alone.states, {{0, 0, {{0, 2, 0}}, {1.0}}}, ladder);
  EXPECT_EQ(a.choose(), b.choose());
  auto const draws = equation_error::draw_noise(all.problem(), 1), whole = equation_error::draw_noise(alone.problem(), 1);
  for (std::size_t s = 0; s < 2; ++s) {
    double const power = sum_over(all.grid.comm(), dot(draws[s], draws[s]));
    EXPECT_NEAR(power, dot(whole[s], whole[s]), 1e-12 * power);
  }
}

}  // namespace
}  // namespace mollis::test
