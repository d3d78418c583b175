// The forward solver: second order on manufactured solutions, both forms, 1D to 3D, open and periodic axes, any ranks.
#include <gtest/gtest.h>

#include <cstdio>

#include "manufactured.hpp"
#include "run/error.hpp"

namespace mollis::test {
namespace {

struct Case {
  char const* name;
  std::vector<Index> points;
  std::vector<double> lengths;
  std::vector<bool> periodic;
  std::vector<double> w;
};

double const pi = std::acos(-1.0);

std::vector<Case> cases() {
  return {{"1D", {9}, {1.2}, {false}, {3.0}},
          {"2D", {7, 10}, {0.8, 1.0}, {false, false}, {2.0, 3.0}},
          {"2D periodic x", {7, 9}, {0.8, 1.0}, {false, true}, {2.0, 2.0 * pi}},
          {"3D", {5, 6, 7}, {0.8, 1.0, 1.1}, {false, false, false}, {2.0, 1.0, 3.0}},
          {"3D periodic z", {5, 6, 5}, {0.5, 1.0, 1.1}, {true, false, false}, {4.0 * pi, 1.0, 2.0}}};
}

void expect_second_order(Case const& c, Form form) {
  auto const grid = make_box(c.points, c.lengths, c.periodic);
  Manufactured const truth{c.w};
  auto const u = on_lattice([truth](Coordinates const& x) { return truth.u(x); });
  bool const prints = grid.rank() == 0;
  double previous = 0.0, order = 0.0;
  for (int const refine : {2, 4, 8}) {
    auto const solution = forward::solve(grid, truth.problem(form), refine, 1e-12);
    double const error = largest_error(grid, solution.state, u);
    order = std::log2(previous / error);
    if (prints)
      std::printf("%-14s %-10s refine %d: %7ld unknowns, %d levels, %2d iterations, error %.2e", c.name,
                  form == Form::elliptic ? "elliptic" : "divergence", refine, static_cast<long>(solution.unknowns),
                  solution.levels, solution.iterations, error);
    if (prints && previous > 0.0) std::printf(", order %.2f", order);
    if (prints) std::printf("\n");
    EXPECT_LE(solution.relative_residual, 1e-12);
    EXPECT_LE(solution.iterations, 25);
    previous = error;
  }
  EXPECT_NEAR(order, 2.0, 0.15) << c.name;
  EXPECT_LT(previous, 2e-2) << c.name;
}

TEST(Solve, SecondOrderElliptic) {
  for (auto const& c : cases()) expect_second_order(c, Form::elliptic);
}

TEST(Solve, SecondOrderDivergence) {
  for (auto const& c : cases()) expect_second_order(c, Form::divergence);
}

/// Quadratics are exact for the five-point Laplacian: only the tolerance is left, whatever the fineness.
TEST(Solve, ExactOnQuadratics) {
  auto const grid = make_box({6, 7}, {1.0, 1.0}, {false, false});
  auto const u =
      on_lattice([](Coordinates const& x) { return x[0] * x[0] - 3.0 * x[0] * x[1] + 2.0 * x[1] * x[1] + 1.0; });
  forward::Problem const problem{Form::elliptic, on_lattice([](Coordinates const& x) { return -2.0 - x[0]; }),
                                 on_lattice([](Coordinates const& x) { return 6.0 * (2.0 + x[0]); }), u};
  for (int const refine : {1, 2, 3}) {
    auto const solution = forward::solve(grid, problem, refine, 1e-13);
    EXPECT_LT(largest_error(grid, solution.state, u), 1e-11) << "refine " << refine;
  }
}

/// A jump of the coefficient in 1D: the flux is constant, u is piecewise linear, and the harmonic mean makes it exact
/// where the jump lies midway between vertices.
TEST(Solve, ExactAcrossJumps) {
  auto const grid = make_box({8}, {1.4}, {false});  // spacing 0.2 from 0.1; jump at 0.8, midway without refinement
  auto const a = [](double x) { return x < 0.8 ? 1.0 : 100.0; };
  auto const u = on_lattice([](Coordinates const& x) { return x[0] < 0.8 ? x[0] - 0.8 : (x[0] - 0.8) / 100.0; });
  forward::Problem const problem{Form::divergence, on_lattice([a](Coordinates const& x) { return a(x[0]); }),
                                 on_lattice([](Coordinates const&) { return 0.0; }), u};
  auto const solution = forward::solve(grid, problem, 1, 1e-13);
  EXPECT_LT(largest_error(grid, solution.state, u), 1e-12);
}

/// The same state as on one rank.
TEST(Solve, TheSameOnAnyRanks) {
  Manufactured const truth{{2.0, 3.0, 2.0}};
  auto const grid = make_box({9, 7, 8}, {1.0, 0.9, 1.1}, {false, false, false});
  grid::Grid const alone(MPI_COMM_SELF, grid.axes(), grid::decompose(grid.axes(), 1));
  auto const problem = truth.problem(Form::divergence);
  auto const expected = on_host(forward::solve(alone, problem, 2, 1e-13).state);
  auto const state = on_host(forward::solve(grid, problem, 2, 1e-13).state);
  auto const& box = grid.owned();
  std::size_t n = 0;
  for (auto z = box[0].lower; z < box[0].upper; ++z)
    for (auto y = box[1].lower; y < box[1].upper; ++y)
      for (auto x = box[2].lower; x < box[2].upper; ++x)
        EXPECT_NEAR(state(n++), expected(static_cast<std::size_t>((z * 7 + y) * 8 + x)), 1e-10);
}

TEST(Solve, BoundaryMustBeFinite) {
  auto const grid = make_box({9, 9}, {1.0, 1.0}, {false, false});
  auto problem = Manufactured{{1.0, 2.0}}.problem(Form::elliptic);
  problem.boundary = on_lattice([](Coordinates const& x) { return x[0] > 1.09 ? std::nan("") : 0.0; });
  EXPECT_THROW(forward::solve(grid, problem, 2), run::Error);
}

TEST(Solve, GridTooSmallForTheRanks) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  auto const grid = make_box({3}, {1.0}, {false});
  auto const problem = Manufactured{{1.0}}.problem(Form::elliptic);
  if (ranks > 1) {
    EXPECT_THROW(forward::solve(grid, problem, 1), run::Error);
  } else {
    EXPECT_NO_THROW(forward::solve(grid, problem, 1));
  }
}

}  // namespace
}  // namespace mollis::test
