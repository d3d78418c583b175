// Banded solves against multiplication.
#include "spectral/banded.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "random_values.hpp"

namespace {

using namespace mollis;
using test::random_values;

/// Rounding of factors in single precision, times how much the systems below make of it.
constexpr double single = 6e-8 * 20.0;

/// Systems of the given entries, against multiplication, and the bytes of their factors.
void expect_solved(Index systems, Index blocks, Index block, Index width, grid::Range alike, double tolerance,
                   std::function<double(Index, Index, Index)> const& entry, Index most_bytes) {
  constexpr Index lanes = spectral::BandedSystems::lanes;
  Index const size = blocks * block;
  spectral::BandedSystems banded(systems, blocks, block, width, alike);
  spectral::BandedSystems::Filling fillings[] = {spectral::BandedSystems::Filling(banded), spectral::BandedSystems::Filling(banded)};
  for (Index group = 0; group < banded.groups(); ++group) {   // two at a time, as threads do
    auto& filling = fillings[group % 2];
    filling.clear();
    for (Index s = group * lanes; s < std::min((group + 1) * lanes, systems); ++s)
      for (Index i = 0; i < size; ++i)
        for (Index o = 0; o <= std::min(width, i); ++o) filling.add(s, i, o, entry(s, i, i - o));
    if (group > 0) fillings[(group - 1) % 2].factorise(group - 1, 1e-14);
  }
  fillings[(banded.groups() - 1) % 2].factorise(banded.groups() - 1, 1e-14);
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
  expect_solved(systems, size, 1, width, {0, 0}, single, entry, 2 * 16 * (size * (width + 1) + 1) * 4);
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
  expect_solved(systems, blocks, 2, width, {6, 190}, single, entry, 2 * 16 * 2 * 120 * (width + 1) * 4);
  expect_solved(systems, blocks, 2, width, {0, 0}, single, entry, 2 * 16 * 2 * (200 * (width + 1) + 1) * 4);
}

/// One system of a stretch that is alike, beside others or alone.
std::vector<double> solved_beside(std::vector<double> const& weights, std::vector<double> const& right, double unit) {
  constexpr Index lanes = spectral::BandedSystems::lanes;
  Index const systems = static_cast<Index>(weights.size()), blocks = 200, width = 4;
  spectral::BandedSystems banded(systems, blocks, 2, width, {6, 190});
  spectral::BandedSystems::Filling filling(banded);
  filling.clear();
  for (Index s = 0; s < systems; ++s)
    for (Index i = 0; i < 2 * blocks; ++i) {
      double const own = i % 2 == 0 ? unit : 1.0;   // the units of two unknowns
      filling.add(s, i, 0, (2.0 + weights[static_cast<std::size_t>(s)]) * own * own);
      if (i > 0) filling.add(s, i, 1, 0.1 * unit);
      if (i > 1) filling.add(s, i, 2, -0.9 * own * own);
    }
  filling.factorise(0, 1e-14);
  std::vector<double> x(static_cast<std::size_t>(2 * blocks * lanes), 0.0);
  for (Index i = 0; i < 2 * blocks; ++i) x[static_cast<std::size_t>(i * lanes)] = right[static_cast<std::size_t>(i)] * (i % 2 == 0 ? unit : 1.0);
  banded.solve(0, x.data());
  std::vector<double> out;
  for (Index i = 0; i < 2 * blocks; ++i) out.push_back(x[static_cast<std::size_t>(i * lanes)] * (i % 2 == 0 ? unit : 1.0));
  return out;
}

/// Else fits would depend on which systems a rank has. A long wave settles late.
TEST(BandedSystems, DoNotDependOnWhatStandsBesideThem) {
  auto const right = random_values(400, 6);
  for (double weight = 0.02; weight < 3.0; weight += 0.02)
    EXPECT_EQ(solved_beside({weight}, right, 1.0), solved_beside({weight, 1e-4}, right, 1.0)) << weight;
}

/// Powers of two, squared far beyond single precision.
TEST(BandedSystems, DoNotDependOnUnits) {
  auto const right = random_values(400, 6), plain = solved_beside({0.3}, right, 1.0);
  EXPECT_EQ(solved_beside({0.3}, right, std::exp2(90.0)), plain);
  EXPECT_EQ(solved_beside({0.3}, right, std::exp2(-90.0)), plain);
}

/// <a, B b> and <b, B a>, B the inverse by the factors that are kept.
TEST(BandedSystems, AreSymmetricToTheLastDigits) {
  auto const a = random_values(400, 6), b = random_values(400, 7), ba = solved_beside({0.1}, a, 1.0), bb = solved_beside({0.1}, b, 1.0);
  double one = 0.0, other = 0.0, scale = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    one += a[i] * bb[i];
    other += b[i] * ba[i];
    scale += a[i] * ba[i];
  }
  EXPECT_NEAR(one, other, 1e-14 * scale);
}

}  // namespace
