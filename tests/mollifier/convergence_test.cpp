// Orders of convergence of the filters on a smooth function at a fixed radius in cells, in a table beside what is
// expected: an interior row of degree p gains an order where the parity of the derivative makes the next term vanish.
#include <gtest/gtest.h>

#include <cstdio>

#include "axes.hpp"

namespace {

using namespace mollis;
using namespace mollis::mollifier;
using tests::filtered;

/// d^order/dx^order exp(2 x): no derivative vanishes anywhere, so that no leading error does.
double exact(double x, int order) { return std::pow(2.0, order) * std::exp(2.0 * x); }

double exact_wave(double x, int order) {
  double const k = 6.283185307179586;
  double const value[4] = {std::sin(k * x), std::cos(k * x), -std::sin(k * x), -std::cos(k * x)};
  return std::pow(k, order) * value[order % 4];
}

/// Largest error over rows [skip, n - skip), relative to the largest derivative.
template <class Function>
double error_of(grid::Axis const& axis, LineFilter const& filter, int order, Index skip, Function const& f) {
  double worst = 0.0, size = 0.0;
  for (Index i = skip; i < axis.size() - skip; ++i) {
    auto const x = [&](Index p) { return axis.coordinate(p); };
    worst = std::max(worst, std::abs(filtered(filter, i, order, [&](Index p) { return f(x(p), 0); }) - f(x(i), order)));
    size = std::max(size, std::abs(f(x(i), order)));
  }
  return worst / size;
}

/// Errors on grids of ever half the spacing, up to 1025 points or the reach of rounding.
std::vector<double> series(std::function<double(Index)> const& error) {
  std::vector<double> errors;
  for (Index intervals = 64; intervals <= 1024; intervals *= 2) {
    errors.push_back(error(intervals));
    if (errors.size() > 1 && errors.back() < 1e-9) break;
  }
  return errors;
}

void report(char const* what, int degree, int order, std::vector<double> const& errors, double expected) {
  double const measured = std::log2(errors[errors.size() - 2] / errors.back());
  std::printf("%-18s degree %d order %d  ", what, degree, order);
  for (double e : errors) std::printf(" %.2e", e);
  std::printf("   order %.2f, expected %.0f\n", measured, expected);
  EXPECT_NEAR(measured, expected, 0.3) << what << " degree " << degree << " order " << order;
}

TEST(Convergence, MomentFilters) {
  for (int degree : {1, 2, 3, 4})
    for (int order = 0; order <= std::min(degree, 3); ++order) {
      auto const error = [&](bool stretched, Index skip) {
        return series([=](Index n) {
          grid::Axis const axis =
              stretched ? tests::stretched_axis("x", n + 1, 0.0, 1.0) : grid::uniform_axis("x", n + 1, 0.0, 1.0, false);
          return error_of(axis, moment_filter(axis, {}, {{order, 6}}, degree), order, skip, exact);
        });
      };
      int const one_sided = degree + 1 - order, gain = (degree + 1 - order) % 2;
      report("moment interior", degree, order, error(false, 6), one_sided + gain);
      report("moment edges", degree, order, error(false, 0), one_sided);
      report("moment stretched", degree, order, error(true, 0), one_sided);
    }
}

TEST(Convergence, MomentFiltersAtReflectingEnds) {
  for (int order : {0, 2}) {
    auto const errors = series([&](Index n) {
      auto const axis = tests::reflecting(grid::uniform_axis("x", n + 1, 0.0, 1.0, false), grid::Reflection::odd);
      return error_of(axis, moment_filter(axis, {}, {{order, 6}}, 4), order, 0, exact_wave);
    });
    report("moment reflecting", 4, order, errors, 6 - order);
  }
}

/// Sampled mollifiers are of order 2 in their support, besides a relative error of the sampling that depends on the
/// radius in cells alone (below 1e-5 here; for the bump, which changes fast near its rim, it is not small at any of the
/// usual radii from second derivatives on).
TEST(Convergence, AnalyticFilters) {
  Kernel const kernel{Kernel::Family::polynomial, 9.0};
  for (int order : {0, 1, 2, 3}) {
    std::vector<double> errors;
    for (Index n : {64, 128, 256, 512}) {
      grid::Axis const axis = grid::uniform_axis("x", n, 0.0, 1.0, true);
      errors.push_back(error_of(axis, analytic_filter(axis, kernel, {{order, 16}}), order, 0, exact_wave));
    }
    report("analytic", 1, order, errors, 2);
  }
}

}  // namespace
