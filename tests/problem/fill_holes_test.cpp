// Random domains near the percolation threshold, whose ways out wind through all blocks, against plain dilation of the whole array.
#include "problem/fill_holes.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

using namespace mollis;

namespace {

constexpr Index nt = 2, ny = 19, nx = 23;

grid::Grid make(bool periodic) {
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", nt, 0.0, 1.0, false), grid::uniform_axis("y", ny, 0.0, 1.0, false),
                                     grid::uniform_axis("x", nx, 0.0, 1.0, periodic)};
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return {MPI_COMM_WORLD, axes, grid::decompose(axes, ranks)};
}

using Whole = std::vector<int>;  // [t][y][x], 1 inside

std::size_t at(Index t, Index y, Index x) { return static_cast<std::size_t>((t * ny + y) * nx + x); }

Whole random_mask(unsigned seed) {
  std::mt19937 generator(seed);
  std::bernoulli_distribution inside(0.42);
  Whole mask(static_cast<std::size_t>(nt * ny * nx));
  for (int& m : mask) m = inside(generator);
  return mask;
}

/// What is not reached from the ends, by sweeps over the whole array until nothing changes.
Whole filled(Whole const& mask, bool periodic) {
  Whole wet(mask.size(), 0);
  auto const wet_at = [&](Index t, Index y, Index x) {
    if (y < 0 || y >= ny) return true;
    if (!periodic && (x < 0 || x >= nx)) return true;
    return wet[at(t, y, (x + nx) % nx)] == 1;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (Index t = 0; t < nt; ++t)
      for (Index y = 0; y < ny; ++y)
        for (Index x = 0; x < nx; ++x) {
          if (mask[at(t, y, x)] == 1 || wet[at(t, y, x)] == 1) continue;
          if (wet_at(t, y - 1, x) || wet_at(t, y + 1, x) || wet_at(t, y, x - 1) || wet_at(t, y, x + 1)) wet[at(t, y, x)] = 1, changed = true;
        }
  }
  Whole out(mask.size());
  for (std::size_t i = 0; i < mask.size(); ++i) out[i] = 1 - wet[i];
  return out;
}

void expect_filled(unsigned seed, bool periodic) {
  auto const whole = random_mask(seed), wanted = filled(whole, periodic);
  auto const grid = make(periodic);
  HostField const mask = make_host_field("mask", grid.local_size());
  auto const& own = grid.owned();
  auto const each = [&](auto&& visit) {
    std::size_t n = 0;
    for (Index t = own[0].lower; t < own[0].upper; ++t)
      for (Index y = own[1].lower; y < own[1].upper; ++y)
        for (Index x = own[2].lower; x < own[2].upper; ++x) visit(n++, at(t, y, x));
  };
  each([&](std::size_t n, std::size_t i) { mask(n) = whole[i]; });
  problem::fill_holes(grid, mask);
  int wrong = 0;
  each([&](std::size_t n, std::size_t i) { wrong += mask(n) != wanted[i]; });
  MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  EXPECT_EQ(wrong, 0) << "seed " << seed;
}

TEST(FillHoles, AsDilationOfTheWhole) {
  for (unsigned seed = 1; seed <= 20; ++seed) expect_filled(seed, false);
}

TEST(FillHoles, AroundAPeriod) {
  for (unsigned seed = 21; seed <= 40; ++seed) expect_filled(seed, true);
}

TEST(FillHoles, AnEnd) {
  EXPECT_TRUE(problem::has_end(make(true)));
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", 3, 0.0, 1.0, false), grid::uniform_axis("x", 4, 0.0, 1.0, true)};
  EXPECT_FALSE(problem::has_end({MPI_COMM_WORLD, axes, grid::decompose(axes, 1)}));
}

}  // namespace
