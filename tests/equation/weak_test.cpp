// The weak form: which terms and coefficients a residual splits into, and that they add up to it.
#include <cmath>

#include "point.hpp"

namespace mollis::equation {
namespace {

System weak(std::string const& text, Symbols const& symbols = plane()) { return compile({text}, symbols, Form::weak); }
std::string understood(std::string const& text, Symbols const& symbols = plane()) {
  return weak(text, symbols).text.at(0);
}

TEST(Weak, SplitsIntoTerms) {
  std::pair<char const*, char const*> const cases[] = {
      {"lambda*lap(u) + m", "m + lambda*(d(u, \"xx\") + d(u, \"yy\"))"},
      {"k*u*(1 - u)", "k*(u*(1 - u))"},
      {"k*(u - u^3)", "k*(u - u^3)"},
      {"lap(k*(u^3 - u))", "k*(-d(u - u^3, \"xx\") - d(u - u^3, \"yy\"))"},
      {"u*(k - u)", "k*u - u^2"},
      {"(u - k)^2", "k^2 + u^2 - 2*k*u"},
      {"dx(dx(u^2))/2", "0.5*d(u^2, \"xx\")"},
      {"dx(k*dx(u))", "k*d(u, \"xx\")"},
      {"dx(x*u) - u", "dx(x*u) - u"},
      {"dx(x)*u + dx(sin(y))", "u"},
      {"u/(k*v)", "(u/v)/k"},
      {"lambda + k*3 + u", "lambda + 3*k + u"},
      {"dx(lambda)*u + lap(k) ", "dx(lambda)*u"},
      {"dx(u) - dx(u) + v", "v"},
      {"x*dx(u)", "dx(x*u) - u"},
      {"u*dx(u)", "0.5*dx(u^2)"},
      {"k*dx(u*dx(u))", "0.5*k*d(u^2, \"xx\")"},
      {"cos(y)*dx(u)", "dx(cos(y)*u)"},
      {"m*dx(u)", "dx(m*u) - u*dx(m)"},
      {"u*dx(m)", "u*dx(m)"},
      {"dx(u)/u", "dx(log(abs(u)))"},
      {"where(x < 1, k, lambda)*u", "k*(u*where(x < 1, 1, 0)) + lambda*(u*where(x < 1, 0, 1))"},
      {"where(y < 1, k, 2)*dx(u)", "2*dx(u*where(y < 1, 0, 1)) + k*dx(u*where(y < 1, 1, 0))"},
      {"dx(step(x)) + u", "dx(step(x)) + u"},
      {"k*x + lap(m)", "d(m, \"xx\") + d(m, \"yy\") + k*x"},
  };
  for (auto const& [text, expected] : cases) {
    auto const parts = understood(text);
    EXPECT_EQ(parts, expected) << text;
  }
}

/// Splines of a state that is held within bounds (parameters over a state) before a derivative of it: by their antiderivative.
TEST(Weak, TakesSplinesInside) {
  std::string const held = "min(max(u, 0.2), 0.8)";
  std::vector<std::string> const factors{"max(2 - abs((" + held + " - 0.3)/0.25), 0)^3", held + "^2", "max(1 - abs(u), 0)"};
  for (auto const& text : factors) {
    auto const system = weak("dx((" + text + ")*dx(u)) + v");
    Term const* term = nullptr;
    for (auto const& t : system.terms)
      if (t.states == std::vector<int>{0}) term = &t;
    ASSERT_NE(term, nullptr) << text;
    auto const at = [&](double u) {  // without noise, so that f~ is f
      return run_tape(term->tape, read_all(term->features, [&](Feature const& f) { return f.kind == Feature::Kind::state ? u : 0.0; }));
    };
    auto const factor = compile({text}, plane(), Form::strong);
    auto const value = [&](double u) { return residual_at(factor, [&](Feature const&) { return u; }); };
    double const scale = at(0.45)[1] / value(0.45);  // terms begin with weight 1
    for (double const u : {-0.51, 0.1, 0.25, 0.45, 0.61, 0.75, 0.9, 1.3}) {
      double const h = 1e-5, slope = (at(u + h)[0] - at(u - h)[0]) / (2 * h), want = scale * value(u);
      EXPECT_NEAR(slope, want, 1e-8 * std::abs(scale)) << text << " at " << u;
      EXPECT_NEAR(at(u)[1], want, 1e-13 * std::abs(scale)) << text << " at " << u;
    }
  }
}

TEST(Weak, SharesTerms) {
  auto const system = weak("k*lap(u^2) + dx(u^2) + v");
  EXPECT_EQ(system.terms.size(), 2u);
  EXPECT_EQ(system.by_state.size(), 4u);
  EXPECT_TRUE(system.affine);
  EXPECT_FALSE(system.parameter_free_state_partials);
  EXPECT_TRUE(weak("dx(u) + k").parameter_free_state_partials);
}

TEST(Weak, TermsAndTheirDerivatives) {
  auto const system = weak("dx(u^2*v*x) + k*m");
  ASSERT_EQ(system.terms.size(), 2u);
  auto const& term = system.terms[0].states.empty() ? system.terms[1] : system.terms[0];
  EXPECT_EQ(term.states, (std::vector<int>{0, 1}));
  auto const inputs = read_all(term.features, [](Feature const& f) {
    return f.kind == Feature::Kind::variance ? 0.0 : f.kind == Feature::Kind::coordinate ? 3.0 : f.index == 0 ? 5.0 : 7.0;
  });
  EXPECT_EQ(run_tape(term.tape, inputs), (std::vector<double>{25. * 7 * 3, 2 * 5. * 7 * 3, 25. * 3}));
}

/// With constant coefficients the weak form is the strong one when each D^a[F] is the exact derivative.
TEST(Weak, AddsUpToTheStrongForm) {
  double const y = 0.3, x = 0.8;
  auto const jet = [&](double c, double s, int ny, int nx) {  // exp(c x + s y)
    return std::pow(c, nx) * std::pow(s, ny) * std::exp(c * x + s * y);
  };
  Reader const exact = [&](Feature const& f) -> double {
    if (f.kind == Feature::Kind::coordinate) return f.index == 0 ? y : x;
    if (f.kind == Feature::Kind::parameter) return f.index == 0 ? 0 : 0.7;
    if (f.kind == Feature::Kind::field) return jet(0.6, -0.5, f.order[0], f.order[1]);
    return f.index == 0 ? jet(0.5, 0.4, f.order[0], f.order[1]) : jet(-0.3, 0.2, f.order[0], f.order[1]);
  };
  for (std::string const text :
       {"lap(k^2*u*(1 - u)) + (u - k)^3", "dx(u^2/2) - exp(-k)*d(x*u*v, \"xyy\") + 3",
        "u/(k*v) + dx(dx(k*dy(u)) - x*u)", "k*lap(lap(u) + u^3) - sqrt(k)*(1 + k*u)*(u - v*k)",
        "x^2*d(u, \"xx\") + cos(y)*dx(v)", "x^3*y^2*d(u*v, \"xxyy\") + exp(x)*d(u, \"xxx\")/(1 + y)", "dx(m*dx(v)) + dy(m*dy(v))",
        "k*m*lap(u) + k*m*dx(u) - v*lap(m)", "u*dx(u) + k*u^2*dy(u) - dx(u)/u^2", "dx(x*u^3*dx(u)) + sin(u)*dx(u)",
        "x*u*dx(y*u^2) + m*(1 + u)^2*dx(u)", "dx(u)/(1 + 2*u)^2 + dx(u)/(2 + u) + sqrt(1 + u)*dy(u) + u^1.5*dx(u)",
        "dx(x^2*m*u)*sin(x) + dx(m)*dx(u)", "exp(2*u - x)*dx(u) + u*dx(x*u + m)", "dx(x*dx(x*dx(u)))", "(x + v)*dx(v*x)/v"}) {
    auto const system = weak(text);
    // D^a[F] from the strong form of each term's text would share code: use exponentials' differences instead
    auto const strong = residual_at(compile({text}, plane(), Form::strong), exact);
    Reader const terms = [&](Feature const& f) -> double {
      if (f.kind != Feature::Kind::term) return exact(f);
      auto const& term = system.terms[static_cast<std::size_t>(f.index)];
      auto const value = [&](double yy, double xx) {
        return run_tape(term.tape, read_all(term.features, [&](Feature const& g) {
                          if (g.kind == Feature::Kind::coordinate) return g.index == 0 ? yy : xx;
                          if (g.kind == Feature::Kind::variance) return 0.0;
                          if (g.kind == Feature::Kind::field)
                            return std::pow(0.6, g.order[1]) * std::pow(-0.5, g.order[0]) * std::exp(0.6 * xx - 0.5 * yy);
                          return g.index == 0 ? std::exp(0.5 * xx + 0.4 * yy) : std::exp(-0.3 * xx + 0.2 * yy);
                        })).at(0);
      };
      // tensor product of central differences of order h^4 or so, h large: the functions are smooth
      std::function<double(int, int, double, double)> derive = [&](int ny, int nx, double yy, double xx) -> double {
        double const h = 0.04;
        auto const stencil = [&](auto const& g) {
          return (45 * (g(h) - g(-h)) - 9 * (g(2 * h) - g(-2 * h)) + g(3 * h) - g(-3 * h)) / (60 * h);
        };
        if (nx > 0) return stencil([&](double s) { return derive(ny, nx - 1, yy, xx + s); });
        if (ny > 0) return stencil([&](double s) { return derive(ny - 1, nx, yy + s, xx); });
        return value(yy, xx);
      };
      return derive(f.order[0], f.order[1], y, x);
    };
    EXPECT_NEAR(residual_at(system, terms), strong, 1e-5 * (1 + std::abs(strong))) << text;
  }
}

TEST(Weak, LogarithmicParameter) {
  auto symbols = plane();
  symbols.log_parameter = {true, true};
  auto const system = weak("k*dx(u) + lambda*v", symbols);
  EXPECT_FALSE(system.affine);
  EXPECT_EQ(system.text.at(0), "exp(k)*dx(u) + exp(lambda)*v");
}

}  // namespace
}  // namespace mollis::equation
