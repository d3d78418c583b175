// Derivatives of expressions against closed forms; partials, logarithmic parameters, affine systems.
#include <cmath>

#include "point.hpp"

namespace mollis::equation {
namespace {

constexpr double y0 = 0.4, x0 = 0.9;

/// d^n/ds^n sin(c s + d)
double sine(int n, double c, double s, double d) { return std::pow(c, n) * std::sin(c * s + d + n * std::acos(0.0)); }

/// u = exp(x/2) sin(2 y + 1), v = cos(x) exp(-y), lambda = 2 + sin(x) y, m = x^2 y, k = 0.3; exact jets.
double exact(Feature const& f) {
  int const ny = f.order[0], nx = f.order[1];
  switch (f.kind) {
    case Feature::Kind::coordinate: return f.index == 0 ? y0 : x0;
    case Feature::Kind::state:
      if (f.index == 0) return std::pow(0.5, nx) * std::exp(0.5 * x0) * sine(ny, 2, y0, 1);
      return sine(nx, 1, x0, std::acos(0.0)) * std::pow(-1.0, ny) * std::exp(-y0);
    case Feature::Kind::parameter:
      if (f.index == 1) return 0.3;
      return (ny + nx == 0 ? 2.0 : 0.0) + sine(nx, 1, x0, 0) * (ny == 0 ? y0 : ny == 1 ? 1.0 : 0.0);
    case Feature::Kind::field:
      return (nx == 0 ? x0 * x0 : nx == 1 ? 2 * x0 : nx == 2 ? 2.0 : 0.0) * (ny == 0 ? y0 : ny == 1 ? 1.0 : 0.0);
    case Feature::Kind::term:
    case Feature::Kind::variance: break;
  }
  return 0.0;
}

double strong(std::string const& text) { return residual_at(compile({text}, plane(), Form::strong), exact); }
double u(int y, int x) { return exact(state(0, y, x)); }
double v(int y, int x) { return exact(state(1, y, x)); }
double lambda(int y, int x) { return exact(parameter(0, y, x)); }

TEST(Derivative, OfProductsAndPowers) {
  EXPECT_NEAR(strong("dx(u*v)"), u(0, 1) * v(0, 0) + u(0, 0) * v(0, 1), 1e-13);
  EXPECT_NEAR(strong("dy(u^3)"), 3 * u(0, 0) * u(0, 0) * u(1, 0), 1e-13);
  EXPECT_NEAR(strong("dx(u/v)"), (u(0, 1) * v(0, 0) - u(0, 0) * v(0, 1)) / (v(0, 0) * v(0, 0)), 1e-13);
  double const w = std::pow(u(0, 0), v(0, 0));
  EXPECT_NEAR(strong("dx(u^v)"), w * (v(0, 1) * std::log(u(0, 0)) + v(0, 0) * u(0, 1) / u(0, 0)), 1e-12);
  EXPECT_NEAR(strong("dx(dx(abs(-u)))"), u(0, 2), 1e-13);
}

TEST(Derivative, NestedOperators) {
  double const lap_u = u(2, 0) + u(0, 2);
  double const expected = (lambda(2, 0) + lambda(0, 2)) * lap_u + 2 * lambda(1, 0) * (u(3, 0) + u(1, 2)) +
                          2 * lambda(0, 1) * (u(2, 1) + u(0, 3)) + lambda(0, 0) * (u(4, 0) + 2 * u(2, 2) + u(0, 4));
  EXPECT_NEAR(strong("lap(lambda*lap(u))"), expected, 1e-12);
  EXPECT_NEAR(strong("dx(lambda*dx(u)) + dy(lambda*dy(u))"),
              lambda(0, 0) * lap_u + lambda(0, 1) * u(0, 1) + lambda(1, 0) * u(1, 0), 1e-13);
  EXPECT_NEAR(strong("lap(lap(k*u))"), 0.3 * (u(4, 0) + 2 * u(2, 2) + u(0, 4)), 1e-12);
  EXPECT_NEAR(strong("dx(x*u*m)"), u(0, 0) * exact({Feature::Kind::field, 0, {}}) + x0 * u(0, 1) * x0 * x0 * y0 +
                                        x0 * u(0, 0) * 2 * x0 * y0, 1e-12);
}

TEST(Derivative, FourthOrderOfACubic) {
  // d^4/dx^2dy^2 of w^3 for w = exp(x/2) s(y): w^3 = exp(3x/2) s^3, so it is 9/4 exp(3x/2) (s^3)''
  double const s = std::sin(2 * y0 + 1), c = std::cos(2 * y0 + 1);
  double const cubic = 2.25 * std::exp(1.5 * x0) * (24 * s * c * c - 12 * s * s * s);
  EXPECT_NEAR(strong("d(u^3 - u, \"xxyy\")"), cubic - u(2, 2), 1e-11);
}

TEST(Derivative, AlongAxesWithoutDependence) {
  auto symbols = plane();
  symbols.depends = {{false, true}, {false, false}};
  symbols.field_depends = {{true, false}};
  EXPECT_EQ(compile({"u + dy(lambda) + dx(k) + dx(m)"}, symbols, Form::strong).text.at(0), "u");
  EXPECT_TRUE(reads(compile({"u*dx(lambda*m)"}, symbols, Form::strong), parameter(0, 0, 1)));
}

TEST(Derivative, LaplacianLeavesTimeOut) {
  Symbols s;
  s.axes = {"t", "z", "y", "x"};
  s.states = {"u"};
  auto const system = compile({"dt(u) - lap(u)"}, s, Form::strong);
  EXPECT_EQ(system.text.at(0), "dt(u) - d(u, \"xx\") - d(u, \"yy\") - d(u, \"zz\")");
  EXPECT_EQ(system.features.size(), 4u);
  s.axes = {"t"};
  EXPECT_THROW(compile({"lap(u)"}, s, Form::strong), SyntaxError);
}

TEST(Partials, OfTheHeatEquation) {
  auto const system = compile({"lambda*lap(u) + m", "dx(lambda*dx(u)) - k*v"}, plane(), Form::strong);
  EXPECT_EQ(system.residuals, 2);
  EXPECT_TRUE(system.affine);
  EXPECT_FALSE(system.parameter_free_state_partials);
  auto const inputs = read_all(system.features, exact);
  auto const by_parameter = run_tape(system.parameter_partials, inputs);
  ASSERT_EQ(by_parameter.size(), 4u);  // R1: lambda; R2: lambda, dx(lambda), k
  double const expected[] = {u(2, 0) + u(0, 2), u(0, 2), u(0, 1), -v(0, 0)};
  Feature const of[] = {parameter(0), parameter(0), parameter(0, 0, 1), parameter(1)};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(system.by_parameter[i].residual, i == 0 ? 0 : 1);
    EXPECT_EQ(system.features[static_cast<std::size_t>(system.by_parameter[i].feature)], of[i]);
    EXPECT_NEAR(by_parameter[i], expected[i], 1e-13);
  }
  EXPECT_EQ(system.by_state.size(), 5u);  // R1: u_yy, u_xx; R2: u_x, u_xx, v
}

TEST(Partials, AffineAndNot) {
  EXPECT_TRUE(compile({"lambda*u + k*lap(lambda)*v"}, plane(), Form::strong).residuals == 1);
  EXPECT_FALSE(compile({"lambda*u + k*lap(lambda)*v"}, plane(), Form::strong).affine);
  EXPECT_FALSE(compile({"k^2*u"}, plane(), Form::strong).affine);
  EXPECT_TRUE(compile({"k*u^2 + lambda"}, plane(), Form::strong).affine);
  EXPECT_TRUE(compile({"lap(u) + k"}, plane(), Form::strong).parameter_free_state_partials);
  EXPECT_FALSE(compile({"u^k"}, plane(), Form::strong).affine);
}

TEST(Partials, LogarithmicParameter) {
  auto symbols = plane();
  symbols.log_parameter = {true, false};
  auto const system = compile({"dx(lambda*dx(u))"}, symbols, Form::strong);
  EXPECT_FALSE(system.affine);
  double const p = lambda(0, 0), px = lambda(0, 1);  // read as the jets of log(lambda)
  EXPECT_NEAR(residual_at(system, exact), std::exp(p) * (px * u(0, 1) + u(0, 2)), 1e-12);
  auto const partials = run_tape(system.parameter_partials, read_all(system.features, exact));
  ASSERT_EQ(partials.size(), 2u);
  EXPECT_NEAR(partials[0], std::exp(p) * (px * u(0, 1) + u(0, 2)), 1e-12);
  EXPECT_NEAR(partials[1], std::exp(p) * u(0, 1), 1e-12);
}

}  // namespace
}  // namespace mollis::equation
