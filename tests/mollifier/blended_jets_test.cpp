// Jets whose radius varies: exact on polynomials, noise against explicit rows; the map's slope against all pairs of points.
#include "mollifier/blended_jets.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "axes.hpp"
#include "fields.hpp"

namespace {

using namespace mollis;
using namespace mollis::mollifier;
using tests::filled;
using tests::global_points;
using tests::noise;

constexpr Index outer = 23, inner = 26;

grid::Grid plane(grid::Axis const& y, grid::Axis const& x) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return {MPI_COMM_WORLD, {y, x}, grid::decompose({y, x}, ranks)};
}

grid::Grid open_plane() { return plane(tests::stretched_axis("y", outer, 0.0, 1.0), grid::uniform_axis("x", inner, -1.0, 1.0, false)); }

/// Rungs of 3, 5 and 8 cells along x and about as many along y, levels that wander through all of them.
Settings varying(grid::Grid const& grid, Index least_y = 3) {
  Settings settings;
  settings.automatic = false;
  settings.adaptive = true;
  for (Index const radius : {3, 5, 8})
    settings.map.rungs.push_back({{"y", {{-1, least_y == 0 ? 0 : std::min<Index>(radius, 7)}}}, {"x", {{-1, radius}}}});
  for (Index const point : global_points(grid))
    settings.map.level.push_back(std::round(32.0 * (1.0 + std::sin(0.4 * static_cast<double>(point / inner) + 0.3 * static_cast<double>(point % inner)))) / 32.0);
  settings.radius = settings.map.rungs[1];
  return settings;
}

TEST(BlendedJets, AreExactOnPolynomialsUpToEdges) {
  auto const grid = open_plane();
  auto const x_of = [&](Index p) { return grid.axis(1).coordinate(p % inner); };
  auto const y_of = [&](Index p) { return grid.axis(0).coordinate(p / inner); };
  std::vector<MultiIndex> const set{{0, 0}, {0, 2}, {1, 1}};
  BlendedJets const jets(grid, varying(grid), false, set);
  auto const found = jets.apply(filled(grid, [&](Index p) { return std::pow(x_of(p), 4) * std::pow(y_of(p), 3) - 2.0 * x_of(p) * y_of(p); }));
  std::function<double(double, double)> const exact[] = {
      [](double x, double y) { return std::pow(x, 4) * std::pow(y, 3) - 2.0 * x * y; },
      [](double x, double y) { return 12.0 * x * x * std::pow(y, 3); },
      [](double x, double y) { return 12.0 * std::pow(x, 3) * y * y - 2.0; }};
  auto const points = global_points(grid);
  for (std::size_t k = 0; k < set.size(); ++k)
    for (std::size_t i = 0; i < points.size(); ++i)
      EXPECT_NEAR(on_host(found[k])(i), exact[k](x_of(points[i]), y_of(points[i])), 1e-8) << k << " at " << points[i];
}

/// Var of the sum of two jets with coefficients: from the tables, and from what the jets make of every unit impulse.
void expect_exact_noise(grid::Grid const& grid, BlendedJets const& jets, Field const& gaps) {
  Field const first = filled(grid, [](Index p) { return 1.0 + 0.1 * noise(p, 1); }), second = filled(grid, [](Index p) { return noise(p, 2); });
  Field const variance("variance", static_cast<std::size_t>(grid.local_size()));
  kernels::add_variance({{first, second}, {jets.slots(0), jets.slots(1)}}, jets.gram(), 1.0, grid.owned().extents(), variance);
  std::vector<double> sum(static_cast<std::size_t>(grid.local_size()), 0.0);
  auto const a = on_host(first), b = on_host(second);
  for (Index impulse = 0; impulse < grid.points(); ++impulse) {
    auto const rows = jets.apply(filled(grid, [&](Index p) { return p == impulse ? 1.0 : 0.0; }));
    auto const left = on_host(rows[0]), right = on_host(rows[1]);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += std::pow(a(i) * left(i) + b(i) * right(i), 2);
  }
  auto const host = on_host(variance), missing = on_host(gaps);
  int seen = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    if (!std::isfinite(sum[i])) {
      EXPECT_FALSE(std::isfinite(missing(i))) << "only gaps may be undefined here";
      continue;
    }
    ++seen;
    EXPECT_NEAR(host(i), sum[i], 1e-10 * sum[i]) << i;
  }
  EXPECT_GE(2 * seen, static_cast<int>(sum.size()));
}

TEST(BlendedJets, CarryNoiseExactly) {
  for (bool const periodic : {false, true}) {
    auto const grid = plane(grid::uniform_axis("y", outer, 0.0, 1.0, false), grid::uniform_axis("x", inner, 0.0, 1.0, periodic));
    expect_exact_noise(grid, BlendedJets(grid, varying(grid), false, {{0, 2}, {2, 0}}), filled(grid, [](Index) { return 0.0; }));
  }
}

TEST(BlendedJets, CarryNoiseThroughRowsRefittedAroundGaps) {
  auto const grid = open_plane();
  Field const data = filled(grid, [](Index p) { return p % 7 == 3 ? std::numeric_limits<double>::quiet_NaN() : 1.0; });
  BlendedJets jets(grid, varying(grid, 0), false, {{0, 0}, {0, 1}});
  ASSERT_TRUE(jets.can_refit());
  jets.refit_around(data);
  expect_exact_noise(grid, jets, data);
}

TEST(BlendedJets, HeedAGapOnlyWhereItIsInReach) {
  auto const grid = plane(grid::uniform_axis("y", outer, 0.0, 1.0, false), grid::uniform_axis("x", inner, 0.0, 1.0, false));
  Index const gap = 11 * inner + 13;
  auto settings = varying(grid);
  for (double& level : settings.map.level) level = 0.0;
  auto const found = on_host(BlendedJets(grid, settings, false, {{0, 0}})
                                 .apply(filled(grid, [&](Index p) { return p == gap ? std::numeric_limits<double>::quiet_NaN() : 1.0; }))
                                 .front());
  auto const points = global_points(grid);
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool const near = std::abs(points[i] / inner - 11) <= 3 && std::abs(points[i] % inner - 13) <= 3;
    EXPECT_EQ(std::isfinite(found(i)), !near) << points[i];
  }
}

/// Levels as they should be, from every pair of points.
TEST(RadiusMap, GrowsByNoMoreThanACellACell) {
  for (bool const periodic : {false, true}) {
    auto const grid = plane(grid::uniform_axis("y", outer, 0.0, 1.0, false), grid::uniform_axis("x", inner, 0.0, 1.0, periodic));
    RadiusMap map;
    for (Index const radius : {4, 6, 9, 12}) map.rungs.push_back({{"y", {{-1, radius}}}, {"x", {{-1, radius}}}});
    auto const wanted = [](Index p) { return p == 5 * inner + 2 ? 0.0 : p == 20 * inner + 20 ? 0.75 : p % 5 == 0 ? INFINITY : 3.0; };
    for (Index const point : global_points(grid)) map.level.push_back(wanted(point));
    auto const radius_of = [&](double level) { return radius_at(map, "x", std::min(level, 3.0)); };
    std::vector<double> expected;
    for (Index const p : global_points(grid)) {
      double least = INFINITY;
      for (Index q = 0; q < grid.points(); ++q) {
        Index along = std::abs(p % inner - q % inner);
        if (periodic) along = std::min(along, inner - along);
        least = std::min(least, radius_of(wanted(q)) + static_cast<double>(std::abs(p / inner - q / inner) + along));
      }
      expected.push_back(least);
    }
    limit_slope(grid, map);
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(radius_at(map, "x", map.level[i]), expected[i], 0.06) << i;  // half a 64th of a rung
    auto const levels = levels_of(grid, map);
    EXPECT_EQ(levels.least, 0.0);
    EXPECT_EQ(levels.most, 3.0);
    EXPECT_GT(levels.median, 1.0);
  }
}

TEST(RadiusMap, HasNoRungThatNoPointUses) {
  auto const grid = open_plane();
  auto settings = varying(grid);
  for (double& level : settings.map.level) level = 1.5;
  limit_slope(grid, settings.map);
  ASSERT_EQ(settings.map.rungs.size(), 2u);
  EXPECT_EQ(settings.map.rungs[0].at("x").at(-1), 5);
  for (double const level : settings.map.level) EXPECT_EQ(level, 0.5);
}

}  // namespace
