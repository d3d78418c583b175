#pragma once
/// What tests of verdicts share: an inference by default, and a film of one decaying wave.
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

}  // namespace mollis::test
