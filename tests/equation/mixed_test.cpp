// Second derivatives: mixed partials of affine systems, curvatures of weak terms, beside finite differences.
#include <cmath>

#include "point.hpp"

namespace mollis::equation {
namespace {

double value_of(Feature const& f) {
  return 0.4 + 0.31 * f.index + 0.17 * f.order[0] - 0.23 * f.order[1] + 0.6 * static_cast<double>(f.kind);
}

/// d2 residual[k] / d features[a] d features[b] by central differences.
double second_difference(System const& system, std::size_t k, std::size_t a, std::size_t b) {
  double const h = 1e-4;
  auto const at = [&](double da, double db) {
    auto inputs = read_all(system.features, value_of);
    inputs[a] += da;
    inputs[b] += db;
    return run_tape(system.residual, inputs).at(k);
  };
  return (at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4.0 * h * h);
}

TEST(Mixed, AgreesWithDifferences) {
  std::vector<std::string> const residuals = {"lambda*lap(u) + k*u*dx(u) - exp(u)*k + v^2", "k*sin(u)*v - dy(lambda*dy(v)) + 3*u"};
  auto const system = compile(residuals, plane(), Form::strong);
  ASSERT_TRUE(system.affine);
  auto const values = run_tape(system.mixed_partials, read_all(system.features, value_of));
  ASSERT_EQ(values.size(), system.mixed.size());
  std::size_t found = 0;
  for (std::size_t s = 0; s < system.by_state.size(); ++s)
    for (std::size_t p = 0; p < system.by_parameter.size(); ++p) {
      auto const &f = system.by_state[s], &q = system.by_parameter[p];
      if (f.residual != q.residual) continue;
      double const expected = second_difference(system, static_cast<std::size_t>(f.residual), static_cast<std::size_t>(f.feature),
                                                static_cast<std::size_t>(q.feature));
      double listed = 0.0;
      for (std::size_t m = 0; m < system.mixed.size(); ++m)
        if (system.mixed[m].state_partial == static_cast<int>(s) && system.mixed[m].parameter_partial == static_cast<int>(p)) {
          listed = values[m];
          ++found;
        }
      EXPECT_NEAR(listed, expected, 1e-6) << "state partial " << s << ", parameter partial " << p;
    }
  EXPECT_EQ(found, system.mixed.size());
  EXPECT_EQ(found, 8u);
}

/// Partials of one expression are its multiples at any point, and those of two expressions are not.
TEST(Multiples, AreTheSamePartialButForANumber) {
  auto const system = compile({"lambda*lap(u) - 2*lambda*dx(u) + 3*dy(u) - 6*v + u^2*d(v, \"xx\")", "lap(lap(u)) - u*dx(v) + dy(v)"}, plane(), Form::strong);
  auto const values = run_tape(system.state_partials, read_all(system.features, [](Feature const& f) { return value_of(f) + 0.137; }));
  ASSERT_EQ(system.multiples.size(), system.by_state.size());
  std::size_t alike = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (system.by_state[i].residual != system.by_state[j].residual) {
        EXPECT_NE(system.multiples[i].expression, system.multiples[j].expression);
        continue;
      }
      double const a = values[i] / system.multiples[i].factor, b = values[j] / system.multiples[j].factor;
      bool const same = system.multiples[i].expression == system.multiples[j].expression;
      EXPECT_EQ(std::abs(a - b) < 1e-14, same) << i << " " << j;
      alike += same;
    }
  // lambda: u_xx, u_yy, u_x; numbers: u_y, v; of the second residual u_xxxx, u_xxyy, u_yyyy, v_y
  EXPECT_EQ(alike, 3u + 1u + 6u);
}

TEST(Mixed, WeakFeatures) {
  auto const system = compile({"dy(u) - k*dx(u^2) - lambda*lap(u)"}, plane(), Form::weak);
  ASSERT_EQ(system.mixed.size(), 3u);  // k with dx(u^2), lambda with dxx(u) and dyy(u)
  for (double const value : run_tape(system.mixed_partials, read_all(system.features, value_of))) EXPECT_EQ(std::abs(value), 1.0);
}

TEST(Mixed, NoneWithoutProductsAndInNonlinearSystems) {
  EXPECT_TRUE(compile({"lap(u) + k"}, plane(), Form::strong).mixed.empty());
  EXPECT_TRUE(compile({"lap(u) + k^2*u"}, plane(), Form::strong).mixed.empty());
}

}  // namespace
}  // namespace mollis::equation
