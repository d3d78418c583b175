// The phase field: spectral order in space, third order in time, growth rates, frames, the same on any ranks.
#include "forward/phase_field.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "manufactured.hpp"
#include "random/white_noise.hpp"
#include "run/error.hpp"

namespace mollis::test {
namespace {

using forward::PhaseField;
using forward::PhaseFieldAccuracy;

double const pi = std::acos(-1.0);

/// phi = 0.1 + A(t) prod_d cos(w_d (x_d - 0.1)), A = 0.3 (1 + 0.5 sin(4 t)), and the lambda that it belongs to.
struct Wave {
  Coordinates w;
  double mobility, kappa;
  bool moves;

  double amplitude(double t) const { return 0.3 * (1.0 + (moves ? 0.5 * std::sin(4.0 * t) : 0.0)); }
  double slope(double t) const { return moves ? 0.6 * std::cos(4.0 * t) : 0.0; }
  double shape(Coordinates const& x) const {
    double product = 1.0;
    for (std::size_t d = 0; d < w.size(); ++d) product *= std::cos(w[d] * (x[d] - 0.1));
    return product;
  }
  double gradient_squared(Coordinates const& x) const {
    double sum = 0.0;
    for (std::size_t d = 0; d < w.size(); ++d) {
      double along = w[d] * std::sin(w[d] * (x[d] - 0.1));
      for (std::size_t a = 0; a < w.size(); ++a)
        if (a != d) along *= std::cos(w[a] * (x[a] - 0.1));
      sum += along * along;
    }
    return sum;
  }
  double phi(double t, Coordinates const& x) const { return 0.1 + amplitude(t) * shape(x); }
  double lambda(double t, Coordinates const& x) const {
    double k2 = 0.0;
    for (double const f : w) k2 += f * f;
    double const a = amplitude(t), u = phi(t, x), lap = -k2 * a * shape(x);
    double const lap_mu = (3.0 * u * u - 1.0) * lap + 6.0 * u * a * a * gradient_squared(x) + kappa * k2 * lap;
    return (slope(t) * shape(x) - mobility * lap_mu + 1.0 + u) / (1.0 - u);
  }
  PhaseField equation() const {
    auto const self = *this;
    PhaseField field;
    field.rate = [self](double t, Lattice const& lattice) {
      return on_lattice([&](Coordinates const& x) { return self.lambda(t, x); })(lattice);
    };
    field.steady_rate = !moves;
    field.initial = on_lattice([self](Coordinates const& x) { return self.phi(0.0, x); });
    field.mobility = mobility;
    field.gradient_energy = kappa;
    return field;
  }
};

struct Case {
  char const* name;
  std::vector<double> lengths;
  std::vector<bool> periodic;
  Coordinates w;
};

std::vector<Case> cases() {
  return {{"1D", {3.0}, {false}, {2.0 * pi / 3.0}},
          {"1D periodic", {5.0}, {true}, {2.0 * pi / 5.0}},
          {"2D", {3.0, 6.0}, {false, true}, {pi / 3.0, 2.0 * pi / 6.0}},
          {"3D", {5.0, 4.0, 6.0}, {true, false, true}, {2.0 * pi / 5.0, pi / 4.0, 2.0 * pi / 6.0}}};
}

grid::Grid make_space(Case const& c, Index points) {
  return make_box(std::vector<Index>(c.lengths.size(), points), c.lengths, c.periodic);
}

/// Axes t and those of a box; frames at 0, 0.1, ...
grid::Grid with_time(grid::Grid const& space, Index frames) {
  std::vector<grid::Axis> axes{grid::uniform_axis("t", frames, 0.0, 0.1 * static_cast<double>(frames - 1), false)};
  axes.insert(axes.end(), space.axes().begin(), space.axes().end());
  auto const cut = grid::decompose(axes, space.ranks());
  return grid::Grid(space.comm(), axes, cut);
}

/// Steady states of three harmonics an axis are exact. A mobility of 1 makes every steady state the only one.
TEST(PhaseField, ExactOnFewHarmonics) {
  for (auto const& c : cases()) {
    Wave const wave{c.w, 1.0, 0.7, false};
    auto equation = wave.equation();
    equation.initial = on_lattice([](Coordinates const&) { return 0.0; });
    auto const grid = make_space(c, 7);
    auto const truth = on_lattice([wave](Coordinates const& x) { return wave.phi(0.0, x); });
    for (int const refine : {1, 2}) {
      PhaseFieldAccuracy accuracy;
      accuracy.refine = refine;
      auto const solution = forward::solve_phase_field(grid, equation, 0.0, accuracy);
      EXPECT_LE(solution.residual, accuracy.residual) << c.name;
      EXPECT_LT(largest_error(grid, solution.state, truth), 2e-9) << c.name << ", refine " << refine;
    }
  }
}

/// Steady, a smooth rate of all harmonics: the error falls faster than any power of the spacing.
TEST(PhaseField, SpectralInSpace) {
  PhaseField equation;
  equation.rate = [](double, Lattice const& lattice) {
    auto const bump = [](double x) { return 1.0 / (1.5 - std::cos(2.0 * pi * (x - 0.1) / 6.0)); };
    return on_lattice([&](Coordinates const& x) { return 0.5 + bump(x[0]) * bump(x[1]); })(lattice);
  };
  equation.initial = on_lattice([](Coordinates const&) { return 0.0; });
  equation.mobility = 1.0;
  equation.gradient_energy = 0.1;
  auto const grid = make_box({6, 8}, {3.0, 6.0}, {false, true});
  auto const solve = [&](int refine) {
    PhaseFieldAccuracy accuracy;
    accuracy.refine = refine;
    accuracy.residual = 1e-10;
    return on_host(forward::solve_phase_field(grid, equation, 0.0, accuracy).state);
  };
  auto const reference = solve(5);
  double previous = 0.0, order = 0.0;
  for (int const refine : {1, 2, 4}) {
    auto const state = solve(refine);
    double error = 0.0;
    for (std::size_t n = 0; n < state.extent(0); ++n) error = std::max(error, std::abs(state(n) - reference(n)));
    MPI_Allreduce(MPI_IN_PLACE, &error, 1, MPI_DOUBLE, MPI_MAX, grid.comm());
    order = std::log2(previous / error);
    if (grid.rank() == 0) std::printf("refine %d: error %.2e, order %.2f\n", refine, error, order);
    previous = error;
  }
  EXPECT_GT(order, 8.0);
  EXPECT_LT(previous, 1e-7);
}

/// A rate that changes in time; the steps are as long as they may be.
TEST(PhaseField, ThirdOrderInTime) {
  Case const c = cases()[2];
  Wave const wave{c.w, 20.0, 1.0, true};
  auto const space = make_space(c, 16);
  auto const grid = with_time(space, 3);
  auto const truth = on_lattice([wave](Coordinates const& tx) { return wave.phi(tx[0], {tx[1], tx[2]}); });
  double previous = 0.0, order = 0.0;
  for (int const steps : {6, 12, 24}) {
    PhaseFieldAccuracy accuracy;
    accuracy.steps = steps;
    accuracy.tolerance = 1e6;
    auto const solution = forward::solve_phase_field(grid, wave.equation(), 0.0, accuracy);
    double const error = largest_error(grid, solution.state, truth);
    order = std::log2(previous / error);
    if (grid.rank() == 0)
      std::printf("%d steps a frame (%d): error %.2e, order %.2f\n", steps, solution.steps, error, order);
    previous = error;
  }
  EXPECT_GT(order, 2.6);
  EXPECT_LT(previous, 1e-5);
}

/// Small waves on the uniform state grow as exp(s t), s = -M k^2 (f'' + kappa k^2) - (1 + lambda).
TEST(PhaseField, WavesGrowAtTheirRates) {
  double const lambda = 1.5, uniform = (lambda - 1.0) / (lambda + 1.0), length = 10.0, size = 1e-6;
  auto const grid = with_time(make_box({24}, {length}, {true}), 3);
  for (int const wave : {1, 2}) {
    double const k2 = std::pow(2.0 * pi * wave / length, 2.0);
    double const growth = -20.0 * k2 * (3.0 * uniform * uniform - 1.0 + 0.8 * k2) - 1.0 - lambda;
    auto const small = [=](double t, double x) {
      return size * std::exp(growth * t) * std::cos(2.0 * pi * wave * x / length);
    };
    PhaseField equation;
    equation.rate = [=](double, Lattice const& points) { return std::vector<double>(points[0].size(), lambda); };
    equation.initial = on_lattice([=](Coordinates const& x) { return uniform + small(0.0, x[0]); });
    equation.gradient_energy = 0.8;
    PhaseFieldAccuracy accuracy;
    accuracy.tolerance = 1e-12;
    auto const solution = forward::solve_phase_field(grid, equation, 0.0, accuracy);
    auto const truth = on_lattice([=](Coordinates const& tx) { return uniform + small(tx[0], tx[1]); });
    EXPECT_LT(largest_error(grid, solution.state, truth), 1e-4 * size) << growth;
  }
}

/// From noise, transient after a spin-up and steady: the same on one rank and on all.
TEST(PhaseField, TheSameOnAnyRanks) {
  PhaseField equation;
  equation.rate = [](double, Lattice const& lattice) {
    return on_lattice([](Coordinates const& x) { return 1.0 + 0.4 * std::sin(0.5 * x[0]) * std::cos(0.4 * x[1]); })(
        lattice);
  };
  equation.initial = on_lattice([](Coordinates const&) { return 0.05; });
  equation.perturbation = 0.1;
  auto const space = make_box({13, 12}, {12.0, 12.0}, {false, true});
  for (bool const moves : {true, false}) {
    auto const grid = moves ? with_time(space, 3) : space;
    grid::Grid const alone(MPI_COMM_SELF, grid.axes(), grid::decompose(grid.axes(), 1));
    PhaseFieldAccuracy accuracy;
    accuracy.refine = 2;
    double const spin_up = moves ? 0.5 : 0.0;
    auto const expected = on_host(forward::solve_phase_field(alone, equation, spin_up, accuracy).state);
    auto const state = on_host(forward::solve_phase_field(grid, equation, spin_up, accuracy).state);
    double deviation = 0.0;
    random::for_each_point(grid, [&](Index local, Index global) {
      EXPECT_NEAR(state(static_cast<std::size_t>(local)), expected(static_cast<std::size_t>(global)), 1e-8);
      deviation = std::max(deviation, std::abs(state(static_cast<std::size_t>(local))));
    });
    if (grid.local_size() > 0) {
      EXPECT_GT(deviation, 0.01);
    }
  }
}

TEST(PhaseField, ErrorsOfTheRateAreTold) {
  PhaseField equation;
  equation.rate = [](double, Lattice const&) -> std::vector<double> { throw run::Error(run::Exit::bad_deck, "rate"); };
  equation.initial = on_lattice([](Coordinates const&) { return 0.0; });
  EXPECT_THROW(forward::solve_phase_field(make_box({9}, {1.0}, {false}), equation, 0.0, {}), run::Error);
}

}  // namespace
}  // namespace mollis::test
