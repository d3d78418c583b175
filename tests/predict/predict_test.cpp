// The method of lines against exact solutions: of fourth order in space, its Jacobian that of its residual, on any number of ranks.
#include "predict/fixed.hpp"
#include "predict/march.hpp"
#include "problem/case.hpp"

namespace mollis::test {
namespace {

std::string deck_of(int frames, int points, std::string const& residual, std::string const& extra) {
  return "[grid]\naxes = [\"t\", \"x\"]\npoints = [" + std::to_string(frames) + ", " + std::to_string(points) +
         "]\nlower = [0.0, 0.0]\nupper = [1.0, 1.0]\n" + extra + "[parameters.k]\nover = []\n[equation]\nresidual = \"" + residual + "\"\n";
}
std::string const ring = "periodic = [\"x\"]\n", line = "";

/// A fit that found these states and k, to be run forward over its own frames.
struct Film {
  Film(std::string const& text, run::Named<Formula> const& formulas, double k) : c(text, formulas) {
    predict::Times times;
    for (Index n = 0; n < c.grid.axis(0).size(); ++n) times.fit.push_back(c.grid.axis(0).at(n));
    times.run = times.fit;
    times.fitted = times.run.size();
    std::vector<std::string> names, axes;
    for (auto const& [name, formula] : formulas) names.push_back(name);
    for (auto const& axis : c.grid.axes()) axes.push_back(axis.name);
    auto const slice = predict::with_times(c.grid, {times.run.front()});
    auto const system = std::make_shared<equation::System const>(c.system);
    auto const layout = predict::lay_out(*system, axes, names);
    auto const inputs = std::make_shared<predict::Inputs>(slice, layout.time);
    for (int const feature : c.space.unknowns().front().features) inputs->add(feature, residual::Placed{to_field({k}), {}});
    film.emplace(predict::Case{times, c.grid, c.grid, slice, slice, system, layout, inputs, names, std::vector<double>(names.size(), 0.0), {},
                               std::vector<predict::Observed>(names.size()), "fitted"});
    for (auto const& [name, formula] : formulas) film->fitted.push_back(sample(c.grid, formula));
  }

  /// The greatest error over all frames.
  double error(int state = 0) const {
    Quiet const quiet;
    checkpoint::Keeper keeper;
    auto const run = predict::march(*film, keeper, c.progress);
    EXPECT_EQ(run.failure, "");
    EXPECT_EQ(run.frames, film->times.run.size());
    auto const s = static_cast<std::size_t>(state);
    auto const a = on_host(run.states[s]), b = on_host(film->fitted[s]);
    double largest = 0.0;
    for (std::size_t i = 0; i < a.extent(0); ++i) largest = std::max(largest, std::isfinite(a(i)) ? std::abs(a(i) - b(i)) : HUGE_VAL);
    return largest_over(c.grid.comm(), largest);
  }

  Case c;
  std::optional<predict::Case> film;
};

double order(std::function<double(int)> const& error, int points) { return std::log2(error(points) / error(2 * points)); }

TEST(Predict, HeatOnARing) {
  auto const error = [](int points) {
    return Film(deck_of(6, points, "dt(u) - k*dx(dx(u))", ring),
                {{"u", [](Coordinates const& p) { return std::exp(-0.02 * 4.0 * pi * pi * p[0]) * std::sin(2.0 * pi * p[1]); }}}, 0.02).error();
  };
  EXPECT_NEAR(order(error, 12), 4.0, 0.3);
  EXPECT_LT(error(48), 1e-5);
}

/// Prescribed ends that move; first and second derivatives, a nonlinear term: the front of Burgers, 1 / (1 + exp((x - t/2) / 2k)).
TEST(Predict, AFrontBetweenMovingEnds) {
  double const k = 0.1;
  auto const front = [&](Coordinates const& p) { return 1.0 / (1.0 + std::exp((p[1] - 0.5 * p[0]) / (2.0 * k))); };
  auto const error = [&](int points) { return Film(deck_of(81, points, "dt(u) + u*dx(u) - k*dx(dx(u))", line), {{"u", front}}, k).error(); };
  EXPECT_NEAR(order(error, 21), 4.0, 0.5);
  EXPECT_LT(error(44), 1e-5);
}

/// The rate at the first frame comes from the frames that follow it.
TEST(Predict, AWaveOfSecondOrderInTime) {
  auto const wave = [](Coordinates const& p) { return std::cos(2.0 * pi * 0.5 * p[0] + 0.3) * std::sin(2.0 * pi * p[1]); };
  auto const error = [&](int points) { return Film(deck_of(101, points, "dt(dt(u)) - k*dx(dx(u))", ring), {{"u", wave}}, 0.25).error(); };
  EXPECT_NEAR(order(error, 10), 4.0, 0.3);
  EXPECT_LT(error(40), 1e-4);
}

/// Two states that turn into each other, none with a residual of its own name.
TEST(Predict, ASystem) {
  auto const text = R"toml(
[grid]
axes = ["t", "x"]
points = [11, 16]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["x"]
[parameters.k]
over = []
[equation]
residuals = ["dt(v) - k*u", "dt(u) + k*v"]
)toml";
  Film const film(text, {{"u", [](Coordinates const& p) { return std::cos(3.0 * p[0]) * (2.0 + std::sin(2.0 * pi * p[1])); }},
                         {"v", [](Coordinates const& p) { return std::sin(3.0 * p[0]) * (2.0 + std::sin(2.0 * pi * p[1])); }}}, 3.0);
  EXPECT_LT(film.error(0), 1e-5);
  EXPECT_LT(film.error(1), 1e-5);
}

/// Nothing moves: each frame is a boundary value problem of its own, nonlinear here: u'' = 2 k u^3, u = 1 / (sqrt(k) (x + 1 + t)).
TEST(Predict, FramesThatDoNotMove) {
  double const k = 0.5;
  auto const u = [&](Coordinates const& p) { return 1.0 / (std::sqrt(k) * (p[1] + 1.0 + p[0])); };
  auto const error = [&](int points) { return Film(deck_of(2, points, "dx(dx(u)) - 2*k*u^3", line), {{"u", u}}, k).error(); };
  EXPECT_NEAR(order(error, 9), 4.0, 0.8);
}

/// (F(u + e v) - F(u - e v)) / 2 e + shift (...) = J v.
TEST(Predict, ItsJacobianIsThatOfItsResidual) {
  Film const film(deck_of(5, 14, "dt(u) + u*dx(u) - k*dx((1 + u^2)*dx(u)) + sin(u)", line),
                  {{"u", [](Coordinates const& p) { return 1.0 + 0.4 * std::sin(5.0 * p[1] + p[0]); }}}, 0.3);
  auto const& c = *film.film;
  predict::Lines lines(c.stencils, *c.system, c.layout, *c.inputs);
  lines.prescribe(predict::make_prescribed(c, lines, predict::initial_components(c)));
  Random random(7);
  auto const make = [&] { return lines.numbering().make_vector(); };
  auto const u = make(), rate = make(), v = make(), up = make(), down = make(), product = make();
  lines.put(predict::initial_components(c), u);
  random.fill(rate);
  random.fill(v);
  double const e = 1e-5, shift = 3.0;
  auto const at = [&](double step, Vec out) {
    auto const moved = make(), faster = make();
    petsc::check(VecWAXPY(moved, step, v, u));
    petsc::check(VecWAXPY(faster, step * shift, v, rate));
    lines.residual(0.25, moved, faster, out);
  };
  at(e, up);
  at(-e, down);
  petsc::check(VecAXPY(up, -1.0, down));
  petsc::check(VecScale(up, 0.5 / e));
  auto const matrix = lines.make_matrix();
  lines.jacobian(0.25, u, rate, shift, matrix);
  petsc::check(MatMult(matrix, v, product));
  double const size = std::sqrt(dot(up, up));
  petsc::check(VecAXPY(up, -1.0, product));
  EXPECT_LT(std::sqrt(dot(up, up)), 1e-7 * size);
}

}  // namespace
}  // namespace mollis::test
