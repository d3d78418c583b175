// Paths of u_t = u + a: the exact solution, the order of the quadrature, ensembles on any ranks.
#include "forward/langevin.hpp"

#include <gtest/gtest.h>

#include "manufactured.hpp"

namespace mollis::test {
namespace {

/// u(0) = 1 + x, a = sin(w t) + x
double exact(double t, double x, double w) {
  return (1.0 + x) * std::exp(t) + (w * (std::exp(t) - std::cos(w * t)) - std::sin(w * t)) / (1.0 + w * w) +
         x * (std::exp(t) - 1.0);
}

grid::Grid make_ensemble(Index frames) {
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", frames, 0.0, 2.0, false),
                                     grid::uniform_axis("x", 7, 0.0, 1.0, false)};
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return grid::Grid(MPI_COMM_WORLD, axes, grid::decompose(axes, ranks));
}

forward::Langevin make_langevin(double w, int steps) {
  return {on_lattice([w](Coordinates const& x) { return std::sin(w * x[0]) + x[1]; }),
          on_lattice([](Coordinates const& x) { return 1.0 + x[1]; }), 0.0, steps};
}

double error_of(grid::Grid const& grid, forward::Langevin const& langevin, double w) {
  return largest_error(grid, forward::solve(grid, langevin),
                       on_lattice([w](Coordinates const& x) { return exact(x[0], x[1], w); }));
}

TEST(Langevin, SixthOrder) {
  auto const grid = make_ensemble(5);
  double const coarse = error_of(grid, make_langevin(6.0, 2), 6.0), fine = error_of(grid, make_langevin(6.0, 4), 6.0);
  EXPECT_NEAR(std::log2(coarse / fine), 6.0, 0.3);
  EXPECT_LT(fine, 1e-5);
}

TEST(Langevin, ExactAtTheUsualSteps) {
  auto const grid = make_ensemble(101);
  EXPECT_LT(error_of(grid, make_langevin(9.0, 8), 9.0), 1e-11);
}

/// One path, that starts before the first frame: u(-1/2) = 1, a = 0.
TEST(Langevin, SpinUp) {
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", 11, 0.0, 1.0, false)};
  grid::Grid const grid(MPI_COMM_WORLD, axes, grid::decompose(axes, 1));
  forward::Langevin const langevin{on_lattice([](Coordinates const&) { return 0.0; }),
                                   on_lattice([](Coordinates const& x) { return x[0] == -0.5 ? 1.0 : 0.0; }), 0.5, 2};
  EXPECT_LT(largest_error(grid, forward::solve(grid, langevin),
                          on_lattice([](Coordinates const& x) { return std::exp(x[0] + 0.5); })),
            1e-13);
}

}  // namespace
}  // namespace mollis::test
