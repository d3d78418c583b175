#pragma once
/// What tests of verdicts share: an inference by default, films of one decaying wave and of several.
#include <array>

#include "inference/inference.hpp"
#include "problem/case.hpp"
#include "verdict/verdict.hpp"

namespace mollis::test {

inline inference::Inference infer(Case const& c) {
  Quiet const quiet;
  run::Stages stages;
  return inference::infer(c.problem(), stages);
}

inline bool has(verdict::Verdict const& verdict, std::string const& check) {
  for (auto const& reason : verdict.reasons())
    if (reason.name == check) return true;
  return false;
}

/// lambda lap(u) + m = 0 with lambda = 1 + 0.3 x: a field, and its state.
inline std::string const heat = R"toml(
[grid]
axes = ["y", "x"]
points = [20, 20]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[fields.m]
value = "2*pi^2*sin(pi*x)*sin(pi*y)*(1 + 0.3*x)"
[parameters.lambda]
over = ["y", "x"]
smoothness = { order = 2 }
[equation]
residual = "lambda*lap(u) + m"
)toml";
inline double bump(Coordinates const& x) { return std::sin(pi * x[0]) * std::sin(pi * x[1]); }

/// u_t = D u_xx - 0.5 u with D = 0.05, in the weak form by equation error: a residual with constants.
inline std::string film(std::string const& residual, std::string const& constants) {
  std::string text = R"toml(
[grid]
axes = ["t", "x"]
points = [33, 48]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["x"]
[inversion]
method = "equation-error"
[equation]
form = "weak"
residual = ")toml" + residual + "\"\n";
  for (char const name : constants) text += std::string("[parameters.") + name + "]\nover = []\n";
  return text;
}

/// Its solution.
inline double wave(Coordinates const& x) {
  return std::exp(-0.5 * x[0]) * (1.0 + std::exp(-0.05 * 4.0 * pi * pi * x[0]) * std::sin(2.0 * pi * x[1]));
}

/// Waves of a film that are carried by 0.4 and decay by 1.4 + d k^2, each with a d of its own about 0.0267 (or, spread = 0, all with that), and an
/// equation that has one D for all.
inline double spread_waves(Coordinates const& p, double spread) {
  double sum = 0.5 * std::exp(-1.4 * p[0]);
  for (auto const& [size, k, off, phase] : {std::array{-1.04, 4.65, 0.28, -1.0}, std::array{-1.24, 4.64, -0.225, -3.0}, std::array{0.546, 3.64, -0.056, -5.0}})
    sum += size * std::exp(-(1.4 + 0.0267 * (1.0 + spread * off) * k * k) * p[0]) * std::cos(k * (p[1] - 0.4 * p[0]) + phase);
  return sum;
}
inline std::string one_for_all() {
  return "[grid]\naxes = [\"t\", \"x\"]\npoints = [36, 36]\nlower = [0, 0]\nupper = [1, 1]\n[parameters.D]\nover = []\n[parameters.b]\nover = []\n"
         "[equation]\nresidual = \"dt(u) + b*dx(u) - D*dx(dx(u)) + 1.4*u\"\n";
}

}  // namespace mollis::test
