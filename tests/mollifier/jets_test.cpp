// Jets on any number of ranks against dense sums over the whole grid, and their transpose by dot products.
#include "mollifier/jets.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "axes.hpp"
#include "fields.hpp"

namespace {

using namespace mollis;
using namespace mollis::mollifier;

using tests::filled;
using tests::global_points;
using tests::noise;

double dot(grid::Grid const& grid, Field const& a, Field const& b) {
  auto const x = on_host(a), y = on_host(b);
  double sum = 0.0;
  for (std::size_t p = 0; p < x.extent(0); ++p) sum += x(p) * y(p);
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return sum;
}

/// The whole field, filtered axis after axis by dense sums: no blocks, no halos, no folding, no sharing.
std::vector<double> direct(grid::Grid const& grid, std::vector<LineFilter> const& filters, MultiIndex const& order,
                           std::vector<double> values) {
  Index inner = 1;
  for (int a = grid.dimension() - 1; a >= 0; --a) {
    LineFilter const& filter = filters[static_cast<std::size_t>(a)];
    std::vector<double> next(values.size());
    Index const n = filter.points, outer = static_cast<Index>(values.size()) / (n * inner);
    for (Index o = 0; o < outer; ++o)
      for (Index i = 0; i < n; ++i)
        for (Index c = 0; c < inner; ++c)
          next[static_cast<std::size_t>((o * n + i) * inner + c)] =
              tests::filtered(filter, i, order[static_cast<std::size_t>(a)],
                              [&](Index p) { return values[static_cast<std::size_t>((o * n + p) * inner + c)]; });
    values = next;
    inner *= n;
  }
  return values;
}

struct Case {
  std::string name;
  std::vector<grid::Axis> axes;
  std::vector<LineFilter> filters;
  std::vector<MultiIndex> set;
};

Radii same(Index radius, int highest) {
  Radii radii;
  for (int order = 0; order <= highest; ++order) radii.emplace_back(order, radius);
  return radii;
}

std::vector<Case> cases() {
  auto const open = [](char const* name, Index n) { return grid::uniform_axis(name, n, 0.0, 1.0 + n / 10.0, false); };
  auto const wrapped = [](char const* name, Index n) { return grid::uniform_axis(name, n, 0.0, 2.0, true); };
  auto const moment = [](grid::Axis const& axis, Index r, int highest) {
    return moment_filter(axis, {}, same(r, highest), 4);
  };
  Radii const mixed{{0, 2}, {1, 3}, {2, 5}};
  grid::Axis const x1 = open("x", 61), xp = wrapped("x", 37), xs = tests::stretched_axis("x", 43, 0.0, 1.0);
  grid::Axis const xe = tests::reflecting(open("x", 29), grid::Reflection::even);
  grid::Axis const yo = tests::reflecting(open("y", 23), grid::Reflection::odd);
  grid::Axis const y = open("y", 24), yp = wrapped("y", 19), z = open("z", 17), zp = wrapped("z", 13),
                   t = open("t", 11);
  grid::Axis const wide = open("x", 90), ys = tests::stretched_axis("y", 21, 0.0, 1.0);
  auto const copy = [](grid::Axis const& axis) { return moment_filter(axis, {}, {{0, 0}}, 4); };
  std::vector<MultiIndex> const two{{0, 0}, {1, 0}, {0, 1}, {2, 0}, {0, 2}, {1, 1}, {2, 2}};
  return {
      {"1D open", {x1}, {moment(x1, 6, 3)}, {{0}, {1}, {2}, {3}}},
      {"1D periodic, mixed radii", {xp}, {moment_filter(xp, {}, mixed, 4)}, {{0}, {2}, {1}}},
      {"1D stretched", {xs}, {moment(xs, 5, 2)}, {{1}, {2}}},
      {"1D copy", {x1}, {copy(x1)}, {{0}, {0}}},
      {"2D open", {y, x1}, {moment(y, 5, 2), moment(x1, 6, 2)}, two},
      {"2D long rows", {y, wide}, {moment(y, 5, 2), moment(wide, 6, 2)}, {{0, 0}, {2, 0}, {0, 2}, {0, 2}}},
      {"2D periodic", {yp, xp}, {moment(yp, 8, 2), moment(xp, 12, 2)}, two},
      {"2D reflecting", {yo, xe}, {moment(yo, 6, 2), moment(xe, 4, 2)}, two},
      {"2D stretched", {ys, xs}, {moment(ys, 4, 2), moment(xs, 5, 2)}, two},
      {"2D analytic", {y, xp}, {analytic_filter(y, {}, same(6, 2)), analytic_filter(xp, {}, same(5, 2))}, two},
      {"2D along x alone", {y, x1}, {copy(y), moment(x1, 4, 2)}, {{0, 2}, {0, 0}}},
      {"2D along y alone", {y, x1}, {moment(y, 4, 2), copy(x1)}, {{2, 0}, {1, 0}}},
      {"3D",
       {z, yp, x1},
       {moment(z, 4, 2), moment(yp, 3, 2), moment(x1, 5, 2)},
       {{0, 0, 0}, {0, 0, 2}, {0, 2, 0}, {2, 0, 0}, {1, 1, 1}}},
      {"3D, y copied", {zp, y, xe}, {moment(zp, 4, 2), copy(y), moment(xe, 5, 2)}, {{0, 0, 0}, {0, 0, 2}, {2, 0, 0}}},
      {"3D differences",
       {z, yp, xs},
       {difference_filter(z, {0, 2}), difference_filter(yp, {0, 1}), difference_filter(xs, {0, 2})},
       {{0, 0, 0}, {0, 0, 2}, {2, 1, 0}}},
      {"4D",
       {t, zp, open("y", 9), open("x", 14)},
       {moment(t, 3, 1), moment(zp, 3, 2), moment(open("y", 9), 2, 2), moment(open("x", 14), 3, 2)},
       {{1, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 2, 0}, {0, 0, 0, 2}, {0, 1, 1, 0}}},
      {"4D, t and y copied",
       {t, zp, open("y", 9), open("x", 14)},
       {copy(t), moment(zp, 3, 2), copy(open("y", 9)), moment(open("x", 14), 3, 2)},
       {{0, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 0, 1}}},
  };
}

grid::Grid make_grid(Case const& c) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return {MPI_COMM_WORLD, c.axes, grid::decompose(c.axes, ranks)};
}

TEST(Jets, EqualDenseSumsOnAnyNumberOfRanks) {
  for (Case const& c : cases()) {
    grid::Grid const grid = make_grid(c);
    Jets const jets(grid, c.filters, c.set);
    for (int repeat = 0; repeat < 2; ++repeat) {  // the second time in the workspace of the first
      unsigned const seed = 1 + static_cast<unsigned>(repeat);
      auto const got = jets.apply(filled(grid, [&](Index p) { return noise(p, seed); }));
      std::vector<double> whole;
      for (Index p = 0; p < grid.points(); ++p) whole.push_back(noise(p, seed));
      for (std::size_t k = 0; k < c.set.size(); ++k) {
        auto const expected = direct(grid, c.filters, c.set[k], whole);
        double size = 0.0, worst = 0.0;
        for (double v : expected) size = std::max(size, std::abs(v));
        auto const host = on_host(got[k]);
        std::size_t p = 0;
        for (Index global : global_points(grid))
          worst = std::max(worst, std::abs(host(p++) - expected[static_cast<std::size_t>(global)]));
        EXPECT_LE(worst, 1e-12 * size) << c.name << ", member " << k;
      }
    }
  }
}

TEST(Jets, TransposeIsExact) {
  for (Case const& c : cases()) {
    grid::Grid const grid = make_grid(c);
    Jets const jets(grid, c.filters, c.set);
    Field const u = filled(grid, [](Index p) { return noise(p, 3); });
    auto const image = jets.apply(u);
    std::vector<Field> weights;
    double expected = 0.0, size = 0.0;
    for (std::size_t k = 0; k < c.set.size(); ++k) {
      weights.push_back(filled(grid, [&](Index p) { return noise(p, 20 + static_cast<unsigned>(k)); }));
      expected += dot(grid, image[k], weights[k]);
      size += std::sqrt(dot(grid, image[k], image[k]) * dot(grid, weights[k], weights[k]));
    }
    Field const back = filled(grid, [](Index p) { return noise(p, 5); });
    double const before = dot(grid, back, u);
    jets.apply_transpose_add(weights, back);
    EXPECT_NEAR(dot(grid, back, u) - before, expected, 1e-12 * size) << c.name;
  }
}

/// Each derivative alone, all of them together, and pairs that share one, with factors.
std::vector<Sum> sums_from(std::vector<MultiIndex> const& set) {
  std::vector<Sum> sums = sums_of(set);
  Sum all;
  for (std::size_t k = 0; k < set.size(); ++k) {
    all.push_back({set[k], k % 2 == 0 ? 1.5 : -0.25});
    sums.push_back({{set[k], 2.0}, {set.front(), -3.0}, {set.back(), 0.5}});
  }
  sums.push_back(all);
  for (auto& summand : all) summand.factor *= -2.0;  // a multiple
  sums.push_back(all);
  return sums;
}

/// This rank's points but the first two and the last of the grid along axes that are filtered.
grid::Box inner_points(grid::Grid const& grid, std::vector<LineFilter> const& filters) {
  grid::Box box = grid.owned();
  for (int a = 0; a < grid.dimension(); ++a) {
    if (filters[static_cast<std::size_t>(a)].width == 1) continue;
    Index const end = grid.axis(a).size() - 1;
    box[a] = {std::min(std::max<Index>(box[a].lower, 2), box[a].upper), std::min(box[a].upper, end)};
    box[a].upper = std::max(box[a].lower, box[a].upper);
  }
  return box;
}

/// Whether a local point of `own` lies in the box.
bool is_inside(grid::Box const& box, grid::Box const& own, Index point) {
  for (int a = own.dimension() - 1; a >= 0; --a) {
    if (!box[a].contains(own[a].lower + point % own[a].size())) return false;
    point /= own[a].size();
  }
  return true;
}

TEST(Jets, SumsAtSomePointsAreSumsOfJets) {
  for (Case const& c : cases()) {
    grid::Grid const grid = make_grid(c);
    Jets const each(grid, c.filters, c.set);
    auto const sums = sums_from(c.set);
    auto const box = inner_points(grid, c.filters);
    Jets summed(grid, c.filters, sums, box);
    summed.share_workspace(Jets(grid, c.filters, sums_of(c.set), box));
    auto const points = global_points(grid);
    Field const u = filled(grid, [](Index p) { return noise(p, 7); });
    auto const jets = each.apply(u), got = summed.apply(u);
    std::vector<Field> weights, spread;
    for (std::size_t k = 0; k < c.set.size(); ++k) spread.emplace_back("spread", static_cast<std::size_t>(grid.local_size()));
    for (std::size_t k = 0; k < sums.size(); ++k) {
      weights.push_back(make_field("weight", box.size()));
      auto const host = on_host(got[k]), weight = on_host(weights[k]);
      Index at = 0;
      double worst = 0.0, size = 1e-300;
      for (Index p = 0; p < grid.local_size(); ++p) {
        if (!is_inside(box, grid.owned(), p)) continue;
        double expected = 0.0;
        weight(static_cast<std::size_t>(at)) = noise(points[static_cast<std::size_t>(p)], 30 + static_cast<unsigned>(k));
        for (auto const& [order, factor] : sums[k])
          for (std::size_t j = 0; j < c.set.size(); ++j) {
            if (c.set[j] != order) continue;
            expected += factor * on_host(jets[j])(static_cast<std::size_t>(p));
            size = std::max(size, std::abs(factor * on_host(jets[j])(static_cast<std::size_t>(p))));
            Kokkos::create_mirror_view(spread[j])(static_cast<std::size_t>(p)) += factor * weight(static_cast<std::size_t>(at));
            break;
          }
        worst = std::max(worst, std::abs(host(static_cast<std::size_t>(at++)) - expected));
      }
      EXPECT_LE(worst, 1e-12 * size) << c.name << ", sum " << k;
    }
    Field const back = filled(grid, [](Index p) { return noise(p, 5); }), expected = filled(grid, [](Index p) { return noise(p, 5); });
    summed.apply_transpose_add(weights, back);
    each.apply_transpose_add(spread, expected);
    auto const a = on_host(back), b = on_host(expected);
    double size = 0.0, worst = 0.0;
    for (std::size_t p = 0; p < b.extent(0); ++p) size = std::max(size, std::abs(b(p)));
    for (std::size_t p = 0; p < a.extent(0); ++p) worst = std::max(worst, std::abs(a(p) - b(p)));
    EXPECT_LE(worst, 1e-12 * size) << c.name;
  }
}

/// Then the slow axis is filtered first.
TEST(Jets, FewResultsOfTheSlowestAxisAreThoseAmongMany) {
  grid::Axis const t = grid::uniform_axis("t", 11, 0.0, 1.0, false), y = grid::uniform_axis("y", 19, 0.0, 2.0, true), x = grid::uniform_axis("x", 37, 0.0, 2.0, true);
  Case const c{"frames", {t, y, x}, {moment_filter(t, {}, same(3, 1), 4), moment_filter(y, {}, same(4, 2), 4), moment_filter(x, {}, same(5, 2), 4)}, {}};
  grid::Grid const grid = make_grid(c);
  std::vector<Sum> const sums{{{{0, 0, 0}, 1.0}}, {{{1, 0, 0}, 2.0}}, {{{0, 2, 0}, 1.0}, {{0, 0, 2}, -1.5}}, {{{1, 0, 1}, 1.0}, {{0, 1, 0}, 0.5}}};
  auto few = grid.owned();
  few[0] = {5, 8};
  Jets all(grid, c.filters, sums, grid.owned());
  Jets const some(grid, c.filters, sums, few);
  all.share_workspace(some);
  Index const plane = grid.owned()[1].size() * grid.owned()[2].size();
  Field const u = filled(grid, [](Index p) { return noise(p, 7); });
  auto const expected = all.apply(u), got = some.apply(u);
  std::vector<Field> weights, spread;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    auto const a = on_host(expected[k]), b = on_host(got[k]);
    double size = 0.0, worst = 0.0;
    for (std::size_t i = 0; i < b.extent(0); ++i) {
      size = std::max(size, std::abs(b(i)));
      worst = std::max(worst, std::abs(b(i) - a(i + static_cast<std::size_t>(5 * plane))));
    }
    EXPECT_LE(worst, 1e-12 * size) << k;
    weights.push_back(got[k]);
    spread.emplace_back("spread", static_cast<std::size_t>(grid.local_size()));
    auto const to = Kokkos::create_mirror_view(spread[k]);
    for (std::size_t i = 0; i < b.extent(0); ++i) to(i + static_cast<std::size_t>(5 * plane)) = b(i);
    Kokkos::deep_copy(spread[k], to);
  }
  Field const from_few = filled(grid, [](Index p) { return noise(p, 5); }), from_all = filled(grid, [](Index p) { return noise(p, 5); });
  some.apply_transpose_add(weights, from_few);
  all.apply_transpose_add(spread, from_all);
  auto const a = on_host(from_few), b = on_host(from_all);
  double size = 1.0;
  for (std::size_t p = 0; p < b.extent(0); ++p) size = std::max(size, std::abs(b(p)));
  for (std::size_t p = 0; p < a.extent(0); ++p) EXPECT_NEAR(a(p), b(p), 1e-12 * size);
}

TEST(Jets, ValidMarksRowsInsideAlongEveryAxis) {
  for (Case const& c : cases()) {
    grid::Grid const grid = make_grid(c);
    auto const valid = on_host(Jets(grid, c.filters, c.set).valid());
    std::size_t p = 0;
    for (Index global : global_points(grid)) {
      double expected = 1.0;
      for (int a = grid.dimension() - 1; a >= 0; --a) {
        Index const i = global % grid.axis(a).size();
        global /= grid.axis(a).size();
        grid::Range const rows = c.filters[static_cast<std::size_t>(a)].valid;
        if (i < rows.lower || i >= rows.upper) expected = 0.0;
      }
      EXPECT_EQ(valid(p++), expected) << c.name;
    }
  }
}

TEST(Jets, GramTableHoldsTheOwnedRows) {
  Case const c = cases()[4];
  grid::Grid const grid = make_grid(c);
  Jets const jets(grid, c.filters, c.set);
  for (int axis : {0, 1}) {
    auto const table = jets.gram_table(axis);
    grid::Range const own = grid.owned()[axis];
    ASSERT_EQ(static_cast<Index>(table.size()), own.size() * 9);
    for (Index i = own.lower; i < own.upper; ++i)
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) {
          double const* row_b = jets.filter(axis).row(i, b);
          double const expected =
              tests::filtered(jets.filter(axis), i, a, [&](Index p) { return row_b[p - jets.filter(axis).start(i)]; });
          EXPECT_NEAR(table[static_cast<std::size_t>((i - own.lower) * 9 + a * 3 + b)], expected,
                      1e-13 * std::sqrt(jets.filter(axis).gram(i, a, a) * jets.filter(axis).gram(i, b, b)));
        }
  }
}

TEST(Jets, MoreRanksThanBlocksAndWideHalos) {
  grid::Axis const x = grid::uniform_axis("x", 9, 0.0, 1.0, false), y = grid::uniform_axis("y", 9, 0.0, 1.0, true);
  Case const c{"tiny", {y, x}, {moment_filter(y, {}, same(4, 2), 4), moment_filter(x, {}, same(4, 2), 4)}, {{2, 1}}};
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  grid::Grid const grid(MPI_COMM_WORLD, c.axes, {{1, std::max(1, ranks - 1)}});
  auto const got = on_host(Jets(grid, c.filters, c.set).apply(filled(grid, [](Index p) { return noise(p, 1); }))[0]);
  std::vector<double> whole;
  for (Index p = 0; p < 81; ++p) whole.push_back(noise(p, 1));
  auto const expected = direct(grid, c.filters, c.set[0], whole);
  std::size_t p = 0;
  for (Index global : global_points(grid)) EXPECT_NEAR(got(p++), expected[static_cast<std::size_t>(global)], 1e-8);
}

TEST(Jets, MisfitsAreRefused) {
  grid::Axis const x = grid::uniform_axis("x", 30, 0.0, 1.0, false);
  grid::Grid const grid(MPI_COMM_WORLD, {x}, {{1}});
  LineFilter const filter = moment_filter(x, {}, {{0, 4}}, 4);
  EXPECT_THROW(Jets(grid, {filter}, {{1}}), std::invalid_argument);
  EXPECT_THROW(Jets(grid, {filter, filter}, {{0}}), std::invalid_argument);
  Jets const jets(grid, {filter}, {{0}});
  EXPECT_THROW(jets.apply(make_field("short", grid.local_size() + 1)), std::invalid_argument);
}

}  // namespace
