// Banded solves against multiplication.
#include "spectral/banded.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "random_values.hpp"

namespace {

using namespace mollis;
using test::random_values;

/// Systems of the given entries, against multiplication, and the bytes of their factors.
void expect_solved(Index systems, Index blocks, Index block, Index width, grid::Range alike, double tolerance,
                   std::function<double(Index, Index, Index)> const& entry, Index most_bytes) {
  constexpr Index lanes = spectral::BandedSystems::lanes;
  Index const size = blocks * block;
  spectral::BandedSystems banded(systems, blocks, block, width, alike);
  for (Index group = 0; group < banded.groups(); ++group) {
    banded.clear();
    for (Index s = group * lanes; s < std::min((group + 1) * lanes, systems); ++s)
      for (Index i = 0; i < size; ++i)
        for (Index o = 0; o <= std::min(width, i); ++o) banded.add(s, i, o, entry(s, i, i - o));
    banded.factorise(group, 1e-14);
  }
  banded.finish();
  EXPECT_LE(banded.bytes(), most_bytes);
  auto const solution = random_values(static_cast<std::size_t>(systems * size), 5);
  for (Index group = 0; group < banded.groups(); ++group) {
    std::vector<double> x(static_cast<std::size_t>(size * lanes), 0.0);
    Index const count = std::min(lanes, systems - group * lanes);
    for (Index lane = 0; lane < count; ++lane)
      for (Index i = 0; i < size; ++i)
        for (Index j = std::max<Index>(0, i - width); j < std::min(size, i + width + 1); ++j)
          x[static_cast<std::size_t>(i * lanes + lane)] +=
              entry(group * lanes + lane, i, j) * solution[static_cast<std::size_t>((group * lanes + lane) * size + j)];
    banded.solve(group, x.data());
    for (Index lane = 0; lane < count; ++lane)
      for (Index i = 0; i < size; ++i)
        ASSERT_NEAR(x[static_cast<std::size_t>(i * lanes + lane)], solution[static_cast<std::size_t>((group * lanes + lane) * size + i)],
                    tolerance);
  }
}

TEST(BandedSystems, SolveWhatMultiplicationMakes) {
  Index const systems = 19, size = 17, width = 4;
  auto const values = random_values(static_cast<std::size_t>(systems * size * (width + 1)), 4);
  auto const entry = [&](Index s, Index i, Index j) {
    Index const row = std::max(i, j), offset = std::abs(i - j);
    return offset == 0 ? 6.0 : values[static_cast<std::size_t>((s * size + row) * (width + 1) + offset)];
  };
  expect_solved(systems, size, 1, width, {0, 0}, 1e-10, entry, 2 * 16 * size * (width + 1) * 8);
}

/// Blocks of two unknowns, all alike but near the ends: most rows of the factors are kept once. The last system is a long wave, which
/// hardly settles.
TEST(BandedSystems, KeepWhatHasSettledOnce) {
  Index const systems = 17, blocks = 200, width = 5;
  auto const entry = [&](Index s, Index i, Index j) {
    Index const row = std::max(i, j), block = row / 2, offset = std::abs(i - j);
    bool const end = block < 6 || block >= 190;
    double const weight = s == 16 ? 1e-3 : 1.0 + 0.1 * static_cast<double>(s);
    double const off[] = {0.0, 0.3, -0.7, 0.1, -0.2, 0.05};
    if (offset == 0) return 2.0 * (0.3 + 0.7 + 0.1 + 0.2 + 0.05) + weight + (row % 2) + (end ? 0.3 * std::cos(static_cast<double>(row)) : 0.0);
    return off[offset] * (row % 2 == 0 ? 1.0 : 0.9);
  };
  expect_solved(systems, blocks, 2, width, {6, 190}, 1e-6, entry, 2 * 16 * 2 * 120 * (width + 1) * 8);
  expect_solved(systems, blocks, 2, width, {0, 0}, 1e-9, entry, 2 * 16 * 2 * 200 * (width + 1) * 8);
}

}  // namespace
