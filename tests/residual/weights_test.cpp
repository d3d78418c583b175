// The noise variance of the residuals, on which all weights stand: against the response to a unit change of every datum
// (exact) and against draws of noise (Monte Carlo).
#include "problem/case.hpp"

namespace mollis::test {
namespace {

/// Residuals of the model on other data, at the parameters' first guess.
std::vector<Field> residuals_on(Case& c, std::vector<Field> const& data) {
  auto states = c.states;
  for (std::size_t s = 0; s < states.size(); ++s) states[s].data = data[s];
  residual::DataFeatures const features(c.grid, c.system, c.deck.mollifier, states, c.fields);
  residual::ResidualModel model(c.space, c.system, features.bank(), features.noise(), features.mask());
  model.move_to(c.space.scatter(parameters::first_guess(c.space)));
  return model.residuals();
}

/// The data plus `step` at one global point of one state.
std::vector<Field> with_step(Case const& c, std::size_t state, Index number, double step) {
  std::vector<Field> data;
  for (auto const& s : c.states) data.push_back(s.data);
  auto values = to_vector(data[state]);
  auto const points = local_points(c.grid);
  for (std::size_t i = 0; i < points.size(); ++i) {
    Index at = 0;
    for (int a = 0; a < c.grid.dimension(); ++a)
      at = at * c.grid.axis(a).size() + points[i][static_cast<std::size_t>(a)];
    if (at == number) values[i] += step;
  }
  data[state] = to_field(values);
  return data;
}

/// sum over data of (sigma dR/dd)^2 by central differences.
std::vector<std::vector<double>> variance_by_steps(Case& c, double step) {
  std::vector<std::vector<double>> variance(static_cast<std::size_t>(c.system.residuals),
                                            std::vector<double>(static_cast<std::size_t>(c.grid.local_size()), 0.0));
  for (std::size_t s = 0; s < c.states.size(); ++s)
    for (Index number = 0; number < c.grid.points(); ++number) {
      auto const up = residuals_on(c, with_step(c, s, number, step)),
                 down = residuals_on(c, with_step(c, s, number, -step));
      for (std::size_t k = 0; k < variance.size(); ++k) {
        auto const a = to_vector(up[k]), b = to_vector(down[k]);
        for (std::size_t i = 0; i < a.size(); ++i)
          variance[k][i] += std::pow(c.states[s].sigma * (a[i] - b[i]) / (2.0 * step), 2);
      }
    }
  return variance;
}

void expect_exact(Case& c, double step, double tolerance) {
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, 1e-8);
  auto const claimed = candidate.model().variances(), weights = candidate.model().weights();
  auto const expected = variance_by_steps(c, step);
  auto const mask = to_vector(candidate.model().mask());
  double used = 0.0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    auto const v = to_vector(claimed[k]), w = to_vector(weights[k]);
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (mask[i] == 0.0) {
        EXPECT_EQ(w[i], 0.0);
        continue;
      }
      used += 1.0;
      EXPECT_GT(expected[k][i], 0.0);
      EXPECT_NEAR(v[i] / expected[k][i], 1.0, tolerance) << "residual " << k << " point " << i;
      EXPECT_NEAR(w[i] * v[i], 1.0, 1e-12);
    }
  }
  EXPECT_GT(sum_over(c.grid.comm(), used), 0.2 * static_cast<double>(c.grid.points()));
}

char const* const plane = R"toml(
[grid]
axes = ["y", "x"]
points = [9, 11]
lower = [0.0, 0.0]
upper = [1.0, 1.4]
[mollifier]
radius = { y = 2, x = { 0 = 3, 1 = 2, 2 = 3 } }
degree = 3
[parameters.lambda]
over = ["y", "x"]
initial = 0.7
[parameters.k]
over = []
initial = -1.3
)toml";
double wave(Coordinates const& x) { return 2.0 + std::sin(2.0 * x[0] + x[1]); }
double other(Coordinates const& x) { return 3.0 + std::cos(x[0] - 2.0 * x[1]); }
Options noisy(double noise) {
  Options options;
  options.noise = noise;
  return options;
}

TEST(Weights, StrongFormIsExactToTheLastEdge) {
  Case c(std::string(plane) + "[equation]\nresidual = \"lambda*lap(u) + x*dx(u) + k*u - dx(dy(u))\"\n", {{"u", wave}},
         noisy(0.1));
  expect_exact(c, 1.0, 1e-9);
}

TEST(Weights, OnPeriodicAndStretchedAxes) {
  Options options = noisy(0.1);
  options.axes = {grid::uniform_axis("y", 9, 0.0, 1.0, true),
                  grid::axis_from_coordinates("x", {0.0, 0.05, 0.12, 0.2, 0.31, 0.4, 0.52, 0.7, 0.8, 0.9, 1.0}, 0.0)};
  Case c(std::string(plane) + "[equation]\nresidual = \"lambda*lap(u) + x*dx(u) + k*u\"\n", {{"u", wave}}, options);
  expect_exact(c, 1.0, 1e-9);
}

TEST(Weights, SeveralStatesAndResidualsNonlinearInTheData) {
  Case c(std::string(plane) + "[equation]\nresiduals = [\"lambda*dx(u*dx(v)) + k*u^2\", \"dy(v) - u*v + lambda*v\"]\n",
         {{"u", wave}, {"v", other}}, noisy(0.01));
  expect_exact(c, 1e-4, 1e-6);
}

char const* const weak_text = R"toml(
[mollifier]
kernel = "polynomial"
exponent = 6
radius = { y = 2, x = 3 }
[equation]
form = "weak"
residuals = ["dy(u) + k*dx(u^2) - k*dx(dx(u))", "dy(v) - k*u*v + dx(v)"]
)toml";
std::string weak_deck() {
  std::string text = plane;
  text.erase(text.find("[mollifier]"), text.find("[parameters.lambda]") - text.find("[mollifier]"));
  text.erase(text.find("[parameters.lambda]"), text.find("[parameters.k]") - text.find("[parameters.lambda]"));
  return text + weak_text;
}

TEST(Weights, WeakForm) {
  // At vanishing noise: with more of it, what is known of f'(d)^2 from noisy d is corrected for that noise.
  Case c(weak_deck(), {{"u", wave}, {"v", other}}, noisy(1e-5));
  expect_exact(c, 1e-4, 1e-5);
}

/// The mean square of residual differences over draws of noise against the variance, over classes of points.
void expect_monte_carlo(Case& c, int draws) {
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, 1e-8);
  auto const weights = candidate.model().weights();
  std::vector<Field> clean;
  for (auto const& state : c.states) clean.push_back(state.data);
  auto const reference = residuals_on(c, clean);
  auto const points = local_points(c.grid);
  for (std::size_t k = 0; k < reference.size(); ++k) {
    double sums[3] = {0, 0, 0}, counts[3] = {0, 0, 0};  // inside, edges, corners: W (R - R0)^2 has mean 1
    std::vector<double> by_point(points.size(), 0.0);
    auto const w = to_vector(weights[k]), r0 = to_vector(reference[k]);
    for (int draw = 0; draw < draws; ++draw) {
      std::vector<Field> data;
      for (std::size_t s = 0; s < clean.size(); ++s)
        data.push_back(forward::with_noise(c.grid, clean[s], c.states[s].sigma, 77 + static_cast<unsigned>(draw),
                                           static_cast<int>(s)));
      auto const r = to_vector(residuals_on(c, data)[k]);
      for (std::size_t i = 0; i < r.size(); ++i) by_point[i] += w[i] * std::pow(r[i] - r0[i], 2) / draws;
    }
    double worst = 0.0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (w[i] == 0.0) continue;
      int sides = 0;
      for (int a = 0; a < c.grid.dimension(); ++a) {
        Index const at = points[i][static_cast<std::size_t>(a)];
        sides += at < 2 || at >= c.grid.axis(a).size() - 2 ? 1 : 0;
      }
      sums[sides] += by_point[i];
      counts[sides] += 1.0;
      worst = std::max(worst, std::abs(by_point[i] - 1.0));
    }
    for (int kind = 0; kind < 3; ++kind) {
      double const count = sum_over(c.grid.comm(), counts[kind]);
      if (count == 0.0) continue;
      EXPECT_NEAR(sum_over(c.grid.comm(), sums[kind]) / count, 1.0, 0.12)
          << "residual " << k << ", edges touched: " << kind;
    }
    EXPECT_LT(largest_over(c.grid.comm(), worst), 6.0 * std::sqrt(2.0 / draws));
  }
}

TEST(Weights, MonteCarloStrong) {
  Case c(std::string(plane) + "[equation]\nresiduals = [\"lambda*lap(u) + k*u*v\", \"dx(v)*u - lambda*v\"]\n",
         {{"u", wave}, {"v", other}});
  for (auto& state : c.states) state.sigma = 1e-3;
  expect_monte_carlo(c, 250);
}

TEST(Weights, MonteCarloWeak) {
  Case c(weak_deck(), {{"u", wave}, {"v", other}});
  for (auto& state : c.states) state.sigma = 1e-3;
  expect_monte_carlo(c, 250);
}

TEST(Weights, ResponseIsTheLinearisation) {
  Case c(std::string(plane) + "[equation]\nresiduals = [\"lambda*dx(u*dx(v)) + k*u^2\", \"dy(v) - u*v\"]\n",
         {{"u", wave}, {"v", other}}, noisy(0.01));
  equation_error::Candidate const candidate(c.problem(), c.deck.mollifier, 1e-8);
  auto const changes = equation_error::draw_noise(c.problem(), 3);
  auto const response = candidate.response(changes);
  std::vector<Field> up, down;
  for (std::size_t s = 0; s < 2; ++s) {
    auto const d = to_vector(c.states[s].data), n = to_vector(changes[s]);
    std::vector<double> a(d.size()), b(d.size());
    for (std::size_t i = 0; i < d.size(); ++i) {
      a[i] = d[i] + 1e-3 * n[i];
      b[i] = d[i] - 1e-3 * n[i];
    }
    up.push_back(to_field(a));
    down.push_back(to_field(b));
  }
  auto const above = residuals_on(c, up), below = residuals_on(c, down);
  for (std::size_t k = 0; k < 2; ++k) {
    auto const a = to_vector(above[k]), b = to_vector(below[k]), r = to_vector(response[k]);
    double const size =
        std::sqrt(sum_over(c.grid.comm(), dot(response[k], response[k])) / static_cast<double>(c.grid.points()));
    for (std::size_t i = 0; i < r.size(); ++i) EXPECT_NEAR((a[i] - b[i]) / 2e-3, r[i], 1e-6 * size);
  }
}

}  // namespace
}  // namespace mollis::test
