// The plate: exact for odd loads, second order for others, 1D to 3D, open and periodic axes, any ranks.
#include "forward/plate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "manufactured.hpp"
#include "run/error.hpp"

namespace mollis::test {
namespace {

double const pi = std::acos(-1.0);

struct Case {
  std::vector<Index> points;
  std::vector<double> lengths;
  std::vector<bool> periodic;
};

/// u = prod sin(w_d (x_d - 0.1)), a = 1.5 + u / 2: one mode, exact however coarse.
TEST(Plate, ExactOnModes) {
  for (Case const& c :
       {Case{{9}, {1.5}, {false}}, Case{{8, 7}, {1.0, 2.0}, {false, false}}, Case{{8, 7}, {1.0, 2.0}, {true, false}},
        Case{{5, 6, 7}, {1.0, 1.2, 0.8}, {false, true, false}}, Case{{7, 6}, {1.0, 1.2}, {true, true}}}) {
    auto const grid = make_box(c.points, c.lengths, c.periodic);
    Coordinates w;
    double k2 = 0.0;
    for (std::size_t d = 0; d < c.points.size(); ++d) {
      w.push_back((c.periodic[d] ? 2.0 : 1.0) * pi / c.lengths[d]);
      k2 += w[d] * w[d];
    }
    auto const u = [w](Coordinates const& x) {
      double product = 1.0;
      for (std::size_t d = 0; d < x.size(); ++d) product *= std::sin(w[d] * (x[d] - 0.1));
      return product;
    };
    auto const a = [u](Coordinates const& x) { return 1.5 + 0.5 * u(x); };
    forward::Plate const plate{on_lattice(a), on_lattice([=](Coordinates const& x) { return a(x) * k2 * k2 * u(x); })};
    for (int const refine : {1, 3})
      EXPECT_LT(largest_error(grid, forward::solve_plate(grid, plate, refine).state, on_lattice(u)), 1e-12);
  }
}

/// An even load on a beam, u'''' = 1: u = (s - 2 s^3 + s^4) / 24.
TEST(Plate, SecondOrderOnEvenLoads) {
  auto const grid = make_box({9}, {1.0}, {false});
  auto const one = on_lattice([](Coordinates const&) { return 1.0; });
  auto const u = on_lattice([](Coordinates const& x) {
    double const s = x[0] - 0.1;
    return (s - 2.0 * s * s * s + s * s * s * s) / 24.0;
  });
  double previous = 0.0, order = 0.0;
  for (int const refine : {1, 2, 4, 8}) {
    double const error = largest_error(grid, forward::solve_plate(grid, {one, one}, refine).state, u);
    order = std::log2(previous / error);
    if (grid.rank() == 0) std::printf("refine %d: error %.2e, order %.2f\n", refine, error, order);
    previous = error;
  }
  EXPECT_NEAR(order, 2.0, 0.1);
  EXPECT_LT(previous, 1e-5);
}

TEST(Plate, PeriodicLoadsMustBalance) {
  auto const grid = make_box({8, 8}, {1.0, 1.0}, {true, true});
  auto const one = on_lattice([](Coordinates const&) { return 1.0; });
  EXPECT_THROW(forward::solve_plate(grid, {one, one}, 1), run::Error);
}

}  // namespace
}  // namespace mollis::test
