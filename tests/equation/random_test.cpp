// Hundreds of random expressions: derivatives against differences in extended precision of an evaluator of the test's
// own, partials against differences of the residual.
#include <cmath>
#include <random>

#include "point.hpp"

namespace mollis::equation {
namespace {

using Real = long double;
using Evaluator = std::function<Real(Real y, Real x)>;

struct Expression {
  std::string text;
  Evaluator value;
};

/// All states, parameters and fields are a exp(b x + c y) + d sin(e x + f y) with constants of their own.
struct Wave {
  Real a, b, c, d, e, f;
  Real jet(Real y, Real x, int ny, int nx) const {
    Real const turn = (nx + ny) * std::acos(Real(0));
    return a * std::pow(b, nx) * std::pow(c, ny) * std::exp(b * x + c * y) +
           d * std::pow(e, nx) * std::pow(f, ny) * std::sin(e * x + f * y + turn);
  }
};

Wave wave_of(Feature::Kind kind, int index) {
  Real const s = Real(0.1) * static_cast<int>(kind) + Real(0.07) * index;
  return {Real(0.5) + s, Real(0.3) - s, Real(0.2) + s, Real(0.6) - s, Real(0.9) + s, Real(1.1) - s};
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Expression make(int depth) {
    if (depth == 0) return leaf();
    auto const a = make(depth - 1);
    switch (pick(22)) {
      case 0: return binary(a, make(depth - 1), "+", [](Real p, Real q) { return p + q; });
      case 1: return binary(a, make(depth - 1), "-", [](Real p, Real q) { return p - q; });
      case 2: case 3: return binary(a, make(depth - 1), "*", [](Real p, Real q) { return p * q; });
      case 4: return binary(a, bounded(make(depth - 1)), "/", [](Real p, Real q) { return p / q; });
      case 5: return binary(bounded(a), make(0), "^", [](Real p, Real q) { return std::pow(p, q); });
      case 6: return unary(a, "(", ")^3", [](Real p) { return p * p * p; });
      case 7: return unary(bounded(a), "(", ")^-2", [](Real p) { return 1 / (p * p); });
      case 8: return unary(bounded(a), "sqrt(", ")", [](Real p) { return std::sqrt(p); });
      case 9: return unary(bounded(a), "log(", ")", [](Real p) { return std::log(p); });
      case 10: return unary(bounded(a), "exp(0.3*", ")", [](Real p) { return std::exp(Real(0.3L) * p); });
      case 11: return unary(a, "sin(", ")", [](Real p) { return std::sin(p); });
      case 12: return unary(bounded(a), "tan(0.2*", ")", [](Real p) { return std::tan(Real(0.2L) * p); });
      case 13: return unary(a, "erf(", ")", [](Real p) { return std::erf(p); });
      case 14: return unary(bounded(a), "sinh(0.4*", ")", [](Real p) { return std::sinh(Real(0.4L) * p); });
      case 15: return unary(bounded(a), "cosh(0.4*", ")", [](Real p) { return std::cosh(Real(0.4L) * p); });
      case 16: return unary(bounded(a), "asin(0.2*", ")", [](Real p) { return std::asin(Real(0.2L) * p); });
      case 17: return unary(bounded(a), "acos(0.2*", ")", [](Real p) { return std::acos(Real(0.2L) * p); });
      case 18: return unary(a, "atan(", ")", [](Real p) { return std::atan(p); });
      case 19: return call("atan2", bounded(a), bounded(make(depth - 1)), [](Real p, Real q) { return std::atan2(p, q); });
      case 20: return piecewise(bounded(a), bounded(make(depth - 1)));
      default: return unary(bounded(a), "-abs(", ")", [](Real p) { return -std::abs(p); });
    }
  }

 private:
  int pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  Expression leaf() {
    static std::vector<std::pair<char const*, std::pair<Feature::Kind, int>>> const names = {
        {"u", {Feature::Kind::state, 0}},
        {"v", {Feature::Kind::state, 1}},
        {"lambda", {Feature::Kind::parameter, 0}},
        {"m", {Feature::Kind::field, 0}}};
    int const choice = pick(8);
    if (choice == 0) return {"x", [](Real, Real x) { return x; }};
    if (choice == 1) return {"y", [](Real y, Real) { return y; }};
    if (choice == 2) return {"1.25", [](Real, Real) { return Real(1.25); }};
    auto const& [name, feature] = names[static_cast<std::size_t>(choice % 4)];
    auto const wave = wave_of(feature.first, feature.second);
    return {name, [wave](Real y, Real x) { return wave.jet(y, x, 0, 0); }};
  }

  /// 2 + tanh(a): between 1 and 3
  static Expression bounded(Expression const& a) {
    return unary(a, "(2 + tanh(", "))", [](Real p) { return 2 + std::tanh(p); });
  }
  static Expression unary(Expression const& a, char const* before, char const* after, std::function<Real(Real)> f) {
    return {std::string(before) + a.text + after, [f, g = a.value](Real y, Real x) { return f(g(y, x)); }};
  }
  static Expression call(char const* name, Expression const& a, Expression const& b, std::function<Real(Real, Real)> f) {
    return {std::string(name) + "(" + a.text + ", " + b.text + ")",
            [f, g = a.value, h = b.value](Real y, Real x) { return f(g(y, x), h(y, x)); }};
  }
  /// Of a and b in [1, 3], with the kinks away from the points where it is read.
  Expression piecewise(Expression const& a, Expression const& b) {
    auto const first = [f = a.value](Real y, Real x) { return f(y, x); };
    switch (pick(4)) {
      case 0: return {"min(" + a.text + ", 3.5, 5 - " + b.text + "^2/9)", [f = a.value, g = b.value](Real y, Real x) {
                        return std::min(f(y, x), 5 - g(y, x) * g(y, x) / 9);
                      }};
      case 1: return {"max(" + a.text + " - 3.5, " + b.text + ")", b.value};
      case 2: return {"where(x < 0.6, " + b.text + ", " + a.text + ")", first};
      default: return {"step(y - 0.2)*where(y >= 0.2 + 0*x, " + a.text + ", " + b.text + ")", first};
    }
  }
  static Expression binary(Expression const& a, Expression const& b, char const* op,
                           std::function<Real(Real, Real)> f) {
    return {"(" + a.text + ")" + op + "(" + b.text + ")",
            [f, g = a.value, h = b.value](Real y, Real x) { return f(g(y, x), h(y, x)); }};
  }

  std::mt19937 random_;
};

/// Central difference with three Richardson levels.
Evaluator difference(Evaluator const& f, bool along_x) {
  return [f, along_x](Real y, Real x) {
    Real d[4];
    Real h = Real(0.02);
    for (int level = 0; level < 4; ++level, h /= 2) {
      d[level] = along_x ? (f(y, x + h) - f(y, x - h)) / (2 * h) : (f(y + h, x) - f(y - h, x)) / (2 * h);
    }
    for (int level = 1; level < 4; ++level) {
      Real const factor = std::pow(Real(4), level);
      for (int i = 0; i + level < 4; ++i) d[i] = (factor * d[i + 1] - d[i]) / (factor - 1);
    }
    return d[0];
  };
}

Symbols waves() {
  auto symbols = plane();
  symbols.parameters = {"lambda"};
  symbols.depends = {{true, true}};
  return symbols;
}

TEST(Random, DerivativesAgreeWithDifferences) {
  Real const y = Real(0.31), x = Real(0.73);
  Reader const reader = [&](Feature const& f) -> double {
    if (f.kind == Feature::Kind::coordinate) return static_cast<double>(f.index == 0 ? y : x);
    return static_cast<double>(wave_of(f.kind, f.index).jet(y, x, f.order[0], f.order[1]));
  };
  int checked = 0;
  for (unsigned seed = 0; seed < 480; ++seed) {
    auto const f = Generator(seed).make(1 + static_cast<int>(seed % 4));
    if (f.text.find_first_of("uv") == std::string::npos) continue;
    auto const dx = difference(f.value, true), dy = difference(f.value, false);
    auto const dxx = difference(dx, true), dxy = difference(dx, false), dyy = difference(dy, false);
    auto const text = "u + " + f.text;
    std::pair<std::string, Real> const cases[] = {{"(" + f.text + ")", f.value(y, x)},
                                                  {"dx(" + f.text + ")", dx(y, x)},
                                                  {"dy(dx(" + f.text + "))", dxy(y, x)},
                                                  {"lap(" + f.text + ")", dxx(y, x) + dyy(y, x)}};
    for (auto const& [inner, expected] : cases) {
      double const value = residual_at(compile({"u + " + inner}, waves(), Form::strong), reader);
      double const reference = static_cast<double>(expected + wave_of(Feature::Kind::state, 0).jet(y, x, 0, 0));
      EXPECT_NEAR(value, reference, 1e-8 * (1 + std::abs(reference))) << inner;
    }
    ++checked;
  }
  EXPECT_GE(checked, 200);
}

TEST(Random, PartialsAgreeWithDifferences) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> between(0.3, 1.2);
  int checked = 0;
  for (unsigned seed = 0; seed < 250; ++seed) {
    auto const f = Generator(seed).make(1 + static_cast<int>(seed % 3)).text;
    auto const system = compile({"u*v + dx(lambda*(" + f + "))"}, waves(), Form::strong);
    std::vector<double> inputs;
    for (std::size_t k = 0; k < system.features.size(); ++k) inputs.push_back(between(random));
    auto const check = [&](std::vector<Partial> const& list, kernels::Tape const& tape) {
      auto const values = run_tape(tape, inputs);
      for (std::size_t i = 0; i < list.size(); ++i) {
        auto const shifted = [&](double h) {
          auto moved = inputs;
          moved[static_cast<std::size_t>(list[i].feature)] += h;
          return run_tape(system.residual, moved).at(0);
        };
        double const h = 2e-3;
        double const reference = (45 * (shifted(h) - shifted(-h)) - 9 * (shifted(2 * h) - shifted(-2 * h)) +
                                  shifted(3 * h) - shifted(-3 * h)) /
                                 (60 * h);
        EXPECT_NEAR(values[i], reference, 1e-7 * (1 + std::abs(reference))) << f;
        ++checked;
      }
    };
    check(system.by_parameter, system.parameter_partials);
    check(system.by_state, system.state_partials);
    // whatever is not listed does not matter
    std::vector<bool> listed(inputs.size(), false);
    for (auto const& p : system.by_parameter) listed[static_cast<std::size_t>(p.feature)] = true;
    for (auto const& p : system.by_state) listed[static_cast<std::size_t>(p.feature)] = true;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      bool const ours =
          system.features[k].kind == Feature::Kind::state || system.features[k].kind == Feature::Kind::parameter;
      EXPECT_TRUE(listed[k] || !ours) << f;
    }
  }
  EXPECT_GE(checked, 1000);
}

}  // namespace
}  // namespace mollis::equation
