// Terms under noise against Gauss-Hermite quadrature: means, covariances, and estimates of these.
#include <cmath>

#include "point.hpp"

namespace mollis::equation {
namespace {

/// Nodes and weights of the standard normal distribution, exact for polynomials up to degree 2 n - 1: Newton's method on the
/// Hermite polynomial, from one root to the next.
struct Quadrature {
  std::vector<double> nodes, weights;

  explicit Quadrature(int n) {
    auto const hermite = [](int m, double z) {
      double before = 0.0, now = 1.0;
      for (int k = 0; k < m; ++k) {
        double const next = z * now - k * before;
        before = now;
        now = next;
      }
      return now;
    };
    double factorial = 1.0;
    for (int k = 2; k < n; ++k) factorial *= k;
    for (double z = -2.0 * std::sqrt(n) - 1.0, step = 1e-3; static_cast<int>(nodes.size()) < n; z += step) {
      if (hermite(n, z) * hermite(n, z + step) > 0.0) continue;
      double root = z + 0.5 * step;
      for (int i = 0; i < 20; ++i) root -= hermite(n, root) / (n * hermite(n - 1, root));
      nodes.push_back(root);
      weights.push_back(factorial / (n * std::pow(hermite(n - 1, root), 2)));
    }
  }

  /// Mean of f over two independent noises.
  double mean(std::function<double(double, double)> const& f) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (std::size_t j = 0; j < nodes.size(); ++j) sum += weights[i] * weights[j] * f(nodes[i], nodes[j]);
    return sum;
  }
};

constexpr double x0 = 0.8, y0 = 0.3, m0 = 1.7, sigma[2] = {0.4, 0.25}, truth[2] = {0.9, 1.4};

Reader reader(double u, double v, bool noisy = true) {
  return [=](Feature const& f) {
    switch (f.kind) {
      case Feature::Kind::coordinate: return f.index == 0 ? y0 : x0;
      case Feature::Kind::state: return f.index == 0 ? u : v;
      case Feature::Kind::variance: return noisy ? std::pow(sigma[f.index], 2) : 0.0;
      default: return m0;
    }
  };
}

double at(kernels::Tape const& tape, std::vector<Feature> const& features, double z, double w, std::size_t output = 0) {
  return run_tape(tape, read_all(features, reader(truth[0] + sigma[0] * z, truth[1] + sigma[1] * w))).at(output);
}

std::vector<std::string> const polynomials = {"u", "u^2", "u^3", "u^7", "u*v", "u^2*v", "u*(1 - u)*(v + x)", "m*u^2*v^3",
                                              "(u + v)^4", "cos(x)*u^2 - u*v^2"};

TEST(Unbiased, PolynomialsExactly) {
  Quadrature const normal(16);
  EXPECT_NEAR(normal.mean([](double z, double w) { return z * z * w * w + z * z * z * z; }), 4.0, 1e-12);
  for (auto const& text : polynomials) {
    auto const system = compile({"dx(" + text + ") + k"}, plane(), Form::weak);
    for (auto const& term : system.terms) {
      EXPECT_TRUE(term.series.outputs.empty()) << text;
      double const exact = run_tape(term.tape, read_all(term.features, reader(truth[0], truth[1], false))).at(0);
      double const mean = normal.mean([&](double z, double w) { return at(term.tape, term.features, z, w); });
      EXPECT_NEAR(mean, exact, 1e-11 * (1.0 + std::abs(exact))) << text;
      for (std::size_t s = 0; s < term.states.size(); ++s) {  // slopes are those of f~
        double const h = 1e-5;
        auto const f = [&](double du, double dv) {
          return run_tape(term.tape, read_all(term.features, reader(1.1 + du, 0.7 + dv))).at(0);
        };
        bool const u = term.states[s] == 0;
        double const slope = (f(u ? h : 0, u ? 0 : h) - f(u ? -h : 0, u ? 0 : -h)) / (2 * h);
        double const value = run_tape(term.tape, read_all(term.features, reader(1.1, 0.7))).at(s + 1);
        EXPECT_NEAR(value, slope, 1e-7 * (1.0 + std::abs(slope))) << text;
      }
    }
  }
}

TEST(Unbiased, CovariancesOfPolynomials) {
  Quadrature const normal(20);
  int checked = 0;
  for (auto const& a : polynomials)
    for (auto const& b : polynomials) {
      auto const system = compile({"dx(" + a + ") + k*(" + b + ")"}, plane(), Form::weak);
      for (auto const& pair : system.term_pairs) {
        auto const &f = system.terms[static_cast<std::size_t>(pair.first)], &g = system.terms[static_cast<std::size_t>(pair.second)];
        auto const product = [&](double z, double w) { return at(f.tape, f.features, z, w) * at(g.tape, g.features, z, w); };
        double const mean_f = normal.mean([&](double z, double w) { return at(f.tape, f.features, z, w); });
        double const mean_g = normal.mean([&](double z, double w) { return at(g.tape, g.features, z, w); });
        double const covariance = normal.mean(product) - mean_f * mean_g;
        std::size_t const last = pair.tape.outputs.size() - 1;
        double const estimate = normal.mean([&](double z, double w) { return at(pair.tape, pair.features, z, w, last); });
        EXPECT_NEAR(estimate, covariance, 1e-9 * (1.0 + std::abs(covariance))) << a << " | " << b;
        if (pair.first == pair.second) { EXPECT_GE(at(pair.tape, pair.features, 0.3, -1.2), 0.0); }
        ++checked;
      }
    }
  EXPECT_GT(checked, 200);
}

TEST(Unbiased, LinearTermsHaveOneCovariance) {
  auto const system = compile({"dx(u) + k*v"}, plane(), Form::weak);
  ASSERT_EQ(system.term_pairs.size(), 2u);  // u and v share no noise
  for (auto const& pair : system.term_pairs) EXPECT_EQ(pair.tape.outputs.size(), 1u);
}

/// Of other functions two orders go, the rest is of the third.
TEST(Unbiased, OtherFunctionsToSecondOrder) {
  Quadrature const normal(24);
  for (std::string const text : {"exp(-u)", "sin(2*u)", "u/(3 + v)", "tanh(u)*v^2", "1/(2 + u)"}) {
    auto const system = compile({"dx(" + text + ")"}, plane(), Form::weak);
    auto const& term = system.terms.at(0);
    ASSERT_EQ(term.series.outputs.size(), 2u) << text;
    auto const exact = run_tape(term.tape, read_all(term.features, reader(truth[0], truth[1], false))).at(0);
    auto const error = [&](double scale) {
      double const mean = normal.mean([&](double z, double w) {
        auto const noisy = reader(truth[0] + scale * sigma[0] * z, truth[1] + scale * sigma[1] * w);
        return run_tape(term.tape, read_all(term.features, [&](Feature const& f) {
                          return f.kind == Feature::Kind::variance ? scale * scale * noisy(f) : noisy(f);
                        })).at(0);
      });
      return std::abs(mean - exact);
    };
    EXPECT_LT(error(0.25), error(0.5) / 40.0) << text;  // 64 for sigma^6
  }
}

}  // namespace
}  // namespace mollis::equation
