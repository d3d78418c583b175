// Rows refitted around gaps: against a dense least-squares fit of their own, polynomials, and unit impulses.
#include "mollifier/line_refit.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <stdexcept>

#include "axes.hpp"
#include "fields.hpp"

namespace {

using namespace mollis;
using namespace mollis::mollifier;
using tests::filled;
using tests::global_points;
using tests::noise;

constexpr int degree = 4;
double const nan = std::numeric_limits<double>::quiet_NaN();

/// A grid of two axes, filtered along one of them.
struct Case {
  std::string name;
  std::vector<grid::Axis> axes;
  int along;
  Radii radii;
};

std::vector<Case> cases() {
  grid::Axis const open = grid::uniform_axis("y", 31, 0.0, 2.0, false), few = grid::uniform_axis("x", 7, 0.0, 1.0, false);
  grid::Axis const wrapped = grid::uniform_axis("x", 13, 0.0, 3.0, true);
  Radii const radii{{0, 4}, {1, 6}, {2, 6}};
  return {
      {"open", {open, few}, 0, radii},
      {"periodic", {tests::stretched_axis("y", 9, 0.0, 1.0), wrapped}, 1, radii},
      {"stretched", {grid::uniform_axis("t", 5, 0.0, 1.0, false), tests::stretched_axis("x", 29, 0.0, 1.0)}, 1, radii},
      {"wavy", {tests::wavy_axis("y", 17, 2.0), few}, 0, {{1, 5}}},
  };
}

grid::Grid make_grid(Case const& c) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return {MPI_COMM_WORLD, c.axes, grid::decompose(c.axes, ranks)};
}

Jets make_jets(Case const& c, grid::Grid const& grid) {
  std::vector<LineFilter> filters;
  std::vector<MultiIndex> set;
  for (int a = 0; a < 2; ++a)
    filters.push_back(moment_filter(grid.axis(a), {}, a == c.along ? c.radii : Radii{{0, 0}}, degree));
  for (auto const& entry : c.radii) {
    set.emplace_back();
    set.back()[static_cast<std::size_t>(c.along)] = entry.first;
  }
  return {grid, filters, set};
}

/// Three points in ten are gaps, and one line as a whole; line 1 keeps two neighbours alone.
bool is_gap(Case const& c, Index point) {
  Index const n = c.axes[1].size(), i = point / n, j = point % n;
  Index const line = c.along == 0 ? j : i, at = c.along == 0 ? i : j;
  if (line == 3) return true;
  if (line == 1) return at != 4 && at != 5;
  return noise(point, 11) < -0.4;
}

/// The polynomial of the least weighted squares by the normal equations of monomials; its derivative at 0.
double fitted(std::vector<double> const& d, std::vector<double> const& e, std::vector<double> const& g, int p, int order) {
  std::size_t const n = static_cast<std::size_t>(p) + 1;
  std::vector<std::vector<long double>> a(n, std::vector<long double>(n + 1, 0));
  for (std::size_t j = 0; j < d.size(); ++j)
    for (std::size_t r = 0; r < n; ++r) {
      for (std::size_t k = 0; k < n; ++k) a[r][k] += e[j] * std::pow(static_cast<long double>(d[j]), r + k);
      a[r][n] += e[j] * std::pow(static_cast<long double>(d[j]), r) * g[j];
    }
  for (std::size_t r = 0; r < n; ++r)  // positive definite: no pivots needed
    for (std::size_t s = 0; s < n; ++s) {
      if (s == r) continue;
      long double const f = a[s][r] / a[r][r];
      for (std::size_t k = r; k <= n; ++k) a[s][k] -= f * a[r][k];
    }
  auto const k = static_cast<std::size_t>(order);
  return static_cast<double>(a[k][n] / a[k][k] * std::tgamma(order + 1.0));
}

/// What the rule of the header asks for at a point, by hand; NaN where it is undefined.
double expected(Case const& c, Index point, int order, Index radius, std::function<double(Index)> const& value) {
  grid::Axis const& axis = c.axes[static_cast<std::size_t>(c.along)];
  Index const n = axis.size(), stride = c.along == 0 ? c.axes[1].size() : 1, row = point / stride % n;
  Index lower = row - radius;
  if (!axis.periodic) lower = std::max<Index>(0, std::min(lower, n - 2 * radius - 1));
  std::vector<double> d, e, g;
  double farthest = 0.0, steps = 0.0;
  for (Index v = lower; v <= lower + 2 * radius; ++v) {
    farthest = std::max(farthest, std::abs(axis.at(v) - axis.at(row)));
    steps = std::max(steps, static_cast<double>(std::abs(v - row)));
  }
  bool left = false, right = false;
  for (Index v = lower; v <= lower + 2 * radius; ++v) {
    Index const there = point + ((v % n + n) % n - row) * stride;
    if (is_gap(c, there)) continue;
    d.push_back(axis.at(v) - axis.at(row));
    double const s = d.back() / (farthest * (1.0 + 1.0 / steps));
    e.push_back(std::exp(-1.0 / (1.0 - s * s)));
    g.push_back(value(there));
    left = left || v <= row;
    right = right || v >= row;
  }
  if (static_cast<int>(d.size()) <= order || !left || !right) return nan;
  for (double& x : d) x /= farthest;
  return fitted(d, e, g, std::min(degree, static_cast<int>(d.size()) - 1), order) * std::pow(farthest, -order);
}

LineRefit make_refit(Case const& c, Jets const& jets, std::function<double(Index)> const& value) {
  return {jets, {}, c.radii, degree, filled(jets.grid(), [&](Index p) { return is_gap(c, p) ? nan : value(p); })};
}

TEST(LineRefit, IsTheFitOverTheExistingPoints) {
  for (Case const& c : cases()) {
    grid::Grid const grid = make_grid(c);
    Jets const jets = make_jets(c, grid);
    auto const value = [](Index p) { return noise(p, 2); };
    LineRefit const refit = make_refit(c, jets, value);
    Field const data = filled(grid, [&](Index p) { return is_gap(c, p) ? nan : value(p); });
    auto const got = jets.apply(data);
    refit.apply(data, got);
    Index counts[3] = {0, 0, 0};  // compared, undefined, refused for their noise
    auto const points = global_points(grid);
    for (std::size_t k = 0; k < got.size(); ++k) {
      auto const host = on_host(got[k]);
      auto const [order, radius] = c.radii[k];
      for (std::size_t i = 0; i < points.size(); ++i) {
        double const wanted = expected(c, points[i], order, radius, value);
        ++counts[std::isnan(wanted) ? 1 : std::isnan(host(i)) ? 2 : 0];
        if (std::isnan(wanted)) {
          EXPECT_TRUE(std::isnan(host(i))) << c.name << ", order " << order << ", point " << points[i];
        }
        if (std::isnan(wanted) || std::isnan(host(i))) continue;
        double const rows = std::sqrt(jets.filter(c.along).gram(3, static_cast<int>(k), static_cast<int>(k)));
        EXPECT_NEAR(host(i), wanted, 1e-9 * (std::abs(wanted) + rows)) << c.name << ", order " << order << ", point " << points[i];
      }
    }
    MPI_Allreduce(MPI_IN_PLACE, counts, 3, MPI_INT64_T, MPI_SUM, grid.comm());
    EXPECT_GT(counts[1], 0) << c.name;
    EXPECT_LT(counts[2], counts[0] / 50) << c.name;
  }
}

TEST(LineRefit, IsExactOnPolynomials) {
  for (Case const& c : cases()) {
    grid::Axis const& axis = c.axes[static_cast<std::size_t>(c.along)];
    if (axis.periodic) continue;
    grid::Grid const grid = make_grid(c);
    Jets const jets = make_jets(c, grid);
    Index const stride = c.along == 0 ? c.axes[1].size() : 1;
    auto const x = [&](Index p) { return axis.at(p / stride % axis.size()); };
    auto const value = [&](Index p) { return 1.0 + x(p) * (2.0 - x(p) * (1.0 + x(p) * (3.0 - x(p)))); };
    auto const second = [&](Index p) { return -2.0 - 18.0 * x(p) + 12.0 * x(p) * x(p); };
    LineRefit const refit = make_refit(c, jets, value);
    Field const data = filled(grid, [&](Index p) { return is_gap(c, p) ? nan : value(p); });
    auto const got = jets.apply(data);
    refit.apply(data, got);
    auto const host = on_host(got[2]);
    auto const points = global_points(grid);
    Index compared = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      Index const row = points[i] / stride % axis.size(), radius = c.radii[2].second;
      Index const lower = std::max<Index>(0, std::min(row - radius, axis.size() - 2 * radius - 1));
      int existing = 0;
      for (Index v = lower; v <= lower + 2 * radius; ++v) existing += is_gap(c, points[i] + (v - row) * stride) ? 0 : 1;
      if (existing <= degree || std::isnan(host(i))) continue;
      EXPECT_NEAR(host(i), second(points[i]), 1e-6) << c.name;
      ++compared;
    }
    MPI_Allreduce(MPI_IN_PLACE, &compared, 1, MPI_INT64_T, MPI_SUM, grid.comm());
    EXPECT_GT(compared, grid.points() / 2) << c.name;
  }
}

/// Rows by unit impulses, one at a time: their inner products are the covariance of the noise.
TEST(LineRefit, GramIsTheCovarianceOfWhiteNoise) {
  Case const c = cases()[1];
  grid::Grid const grid = make_grid(c);
  Jets const jets = make_jets(c, grid);
  LineRefit const refit = make_refit(c, jets, [](Index) { return 1.0; });
  auto const table = refit.gram_table();
  std::set<Index> const affected(refit.points().begin(), refit.points().end());
  ASSERT_EQ(static_cast<Index>(table.size()), grid.local_size() * 9);
  std::vector<double> sums(table.size(), 0.0);
  for (Index at = 0; at < grid.points(); ++at) {
    Field const impulse = filled(grid, [&](Index p) { return p == at && !is_gap(c, p) ? 1.0 : 0.0; });
    auto const out = jets.apply(impulse);
    refit.apply(impulse, out);
    std::vector<HostField> host;
    for (auto const& field : out) {
      host.emplace_back("impulse", field.extent(0));
      Kokkos::deep_copy(host.back(), field);
    }
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += host[i % 9 / 3](i / 9) * host[i % 3](i / 9);
  }
  Index refitted = 0;
  for (std::size_t p = 0; p < table.size() / 9; ++p) {
    bool defined = true;
    for (std::size_t k = 0; k < 9; ++k) {
      defined = defined && std::isfinite(table[9 * p + k]);
      double const size = std::sqrt(table[9 * p + k / 3 * 4] * table[9 * p + k % 3 * 4]);
      EXPECT_EQ(std::isnan(sums[9 * p + k]), std::isnan(table[9 * p + k]));
      if (!std::isnan(table[9 * p + k])) {
        EXPECT_NEAR(sums[9 * p + k], table[9 * p + k], 1e-12 * size);
      }
    }
    refitted += defined && affected.count(static_cast<Index>(p)) == 1 ? 1 : 0;
  }
  EXPECT_EQ(refitted, refit.refitted());
}

/// Mirrored points stand in for gaps too, and the end point of an odd axis is known to be 0.
TEST(LineRefit, UsesReflections) {
  for (auto const reflection : {grid::Reflection::even, grid::Reflection::odd}) {
    bool const odd = reflection == grid::Reflection::odd;
    grid::Axis const x = tests::reflecting(grid::uniform_axis("x", 40, 0.0, 4.0, false), reflection);
    int ranks = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    grid::Grid const grid(MPI_COMM_WORLD, {x}, grid::decompose({x}, ranks));
    Radii const radii{{1, 4}};
    Jets const jets(grid, {moment_filter(x, {}, radii, degree)}, {MultiIndex{1}});
    auto const at = [&](Index p) { return x.coordinate(p); };
    auto const data = filled(grid, [&](Index p) {
      if (p == 3 || p == 4 || (odd && p == 0)) return nan;
      return odd ? at(p) - std::pow(at(p), 3) : 1.0 + at(p) * at(p);
    });
    LineRefit const refit(jets, {}, radii, degree, data);
    auto const got = jets.apply(data);
    refit.apply(data, got);
    auto const host = on_host(got[0]);
    auto const points = global_points(grid);
    for (std::size_t i = 0; i < points.size(); ++i) {
      double const exact = odd ? 1.0 - 3.0 * at(points[i]) * at(points[i]) : 2.0 * at(points[i]);
      if (points[i] >= 30) continue;  // a window that reaches the other end
      EXPECT_NEAR(host(i), exact, 1e-11) << points[i];
    }
  }
}

TEST(LineRefit, LeavesRowsWithoutGapsAlone) {
  Case const c = cases()[0];
  grid::Grid const grid = make_grid(c);
  Jets const jets = make_jets(c, grid);
  Field const whole = filled(grid, [](Index p) { return noise(p, 4); });
  LineRefit const refit(jets, {}, c.radii, degree, whole);
  EXPECT_TRUE(refit.points().empty());
  auto const before = on_host(jets.apply(whole)[1]);
  auto const fields = jets.apply(whole);
  refit.apply(whole, fields);
  auto const after = on_host(fields[1]);
  for (std::size_t i = 0; i < before.extent(0); ++i) EXPECT_EQ(before(i), after(i));
}

TEST(LineRefit, RefusesSeveralFilteredAxes) {
  Case c = cases()[0];
  grid::Grid const grid = make_grid(c);
  Radii const radii{{0, 2}};
  auto const filter = [&](int a, bool copy) { return moment_filter(grid.axis(a), {}, copy ? Radii{{0, 0}} : radii, 4); };
  Jets const both(grid, {filter(0, false), filter(1, false)}, {MultiIndex{}});
  Jets const none(grid, {filter(0, true), filter(1, true)}, {MultiIndex{}});
  EXPECT_FALSE(only_filtered_axis(both));
  EXPECT_FALSE(only_filtered_axis(none));
  EXPECT_EQ(only_filtered_axis(Jets(grid, {filter(0, true), filter(1, false)}, {MultiIndex{}})), 1);
  EXPECT_THROW(LineRefit(both, {}, radii, 4, make_field("data", grid.local_size())), std::invalid_argument);
}

}  // namespace
