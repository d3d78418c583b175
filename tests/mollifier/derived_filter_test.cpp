// Analytic filters, and filters made from filters: products, footprints, inner products.
#include <gtest/gtest.h>

#include <stdexcept>

#include "axes.hpp"

namespace {

using namespace mollis;
using namespace mollis::mollifier;
using tests::filtered;

TEST(AnalyticFilter, IsTheSampledMollifierOfUnitMass) {
  grid::Axis const axis = grid::uniform_axis("x", 50, 0.0, 4.9, false);
  for (Kernel const& kernel : tests::families) {
    LineFilter const filter = analytic_filter(axis, kernel, {{0, 9}, {1, 9}, {2, 7}});
    double mass = 0.0;
    for (int j = -7; j <= 7; ++j) mass += kernel(j / 8.0);
    double sum = 0.0;
    for (Index j = 0; j < filter.width; ++j) sum += filter.row(20, 0)[j];
    EXPECT_NEAR(sum, 1.0, 1e-14);
    for (int j = -7; j <= 7; ++j)  // order 2 has radius 7, padded by 2; support 8 cells of 0.1
      EXPECT_NEAR(filter.row(20, 2)[9 + j], kernel.derivative(j / 8.0, 2) / (mass * 0.8 * 0.8), 1e-11);
    double slope = 0.0;  // of g = x: sum_j weight (x_j - x_i), near 1
    for (int j = -9; j <= 9; ++j) slope += filter.row(20, 1)[9 + j] * 0.1 * j;
    // of the sampling: large for the bump, steep near its rim, and for the gaussian, cut at 1 % of its height
    double const sampling = kernel.family == Kernel::Family::gaussian ? 5e-2
                            : kernel.family == Kernel::Family::bump   ? 2e-2
                                                                      : 1e-5;
    EXPECT_NEAR(slope, 1.0, sampling);
  }
}

TEST(AnalyticFilter, OnlyRowsWithTheirFootprintInsideAreValid) {
  grid::Axis const open = grid::uniform_axis("x", 30, 0.0, 1.0, false);
  LineFilter const filter = analytic_filter(open, {}, {{0, 4}, {2, 6}});
  EXPECT_EQ(filter.valid, (grid::Range{6, 24}));
  for (Index i : {0, 5, 24, 29})
    for (int k : {0, 1})
      for (Index j = 0; j < filter.width; ++j) EXPECT_EQ(filter.row(i, k)[j], 0.0);
  EXPECT_EQ(filter.needed({0, 7}), (grid::Range{0, 13}));
  EXPECT_EQ(filter.needed({0, 6}).size(), 0);
  LineFilter const wrapped = analytic_filter(grid::uniform_axis("x", 30, 0.0, 1.0, true), {}, {{0, 4}});
  EXPECT_EQ(wrapped.valid, (grid::Range{0, 30}));
  LineFilter const mirrored = analytic_filter(tests::reflecting(open, grid::Reflection::even), {}, {{0, 4}});
  EXPECT_EQ(mirrored.valid, (grid::Range{0, 30}));
  EXPECT_NEAR(filtered(mirrored, 0, 0, [](Index) { return 1.0; }), 1.0, 1e-14);
}

TEST(AnalyticFilter, RefusesWhatItCannotDo) {
  EXPECT_THROW(analytic_filter(tests::stretched_axis("x", 30, 0.0, 1.0), {}, {{0, 4}}), std::invalid_argument);
  EXPECT_THROW(analytic_filter(grid::uniform_axis("x", 30, 0.0, 1.0, false), {}, {{1, 0}}), std::invalid_argument);
  EXPECT_THROW(analytic_filter(grid::uniform_axis("x", 8, 0.0, 1.0, false), {}, {{1, 4}}), std::invalid_argument);
}

std::vector<LineFilter> some_filters() {
  return {moment_filter(grid::uniform_axis("x", 40, 0.0, 1.0, false), {}, {{0, 3}, {1, 5}, {2, 5}}, 4),
          moment_filter(grid::uniform_axis("x", 40, 0.0, 1.0, true), {}, {{0, 3}, {1, 5}, {2, 5}}, 4),
          moment_filter(tests::stretched_axis("x", 40, 0.0, 1.0), {}, {{0, 3}, {1, 5}, {2, 5}}, 4),
          analytic_filter(grid::uniform_axis("x", 40, 0.0, 1.0, false), {}, {{0, 3}, {1, 5}, {2, 5}})};
}

/// Row by row as dense vectors over the axis.
std::vector<double> dense(LineFilter const& filter, Index i, int order) {
  std::vector<double> row(static_cast<std::size_t>(filter.points), 0.0);
  for (Index p = 0; p < filter.points; ++p)
    row[static_cast<std::size_t>(p)] = filtered(filter, i, order, [&](Index q) { return q == p ? 1.0 : 0.0; });
  return row;
}

TEST(DerivedFilters, GramProductAndFootprintEqualDenseRows) {
  for (LineFilter const& filter : some_filters())
    for (int a : {0, 1, 2})
      for (int b : {0, 2}) {
        LineFilter const product = product_filter(filter, a, b), footprint = footprint_filter(filter);
        EXPECT_EQ(product.orders, std::vector<int>{0});
        for (Index i = 0; i < filter.points; ++i) {
          auto const row_a = dense(filter, i, a), row_b = dense(filter, i, b);
          auto const products = dense(product, i, 0), touched = dense(footprint, i, a);
          double gram = 0.0, size = 0.0;
          for (std::size_t p = 0; p < row_a.size(); ++p) {
            gram += row_a[p] * row_b[p];
            size += std::abs(row_a[p] * row_b[p]);
            EXPECT_DOUBLE_EQ(products[p], row_a[p] * row_b[p]);
            EXPECT_EQ(touched[p], row_a[p] != 0.0 ? 1.0 : 0.0);
          }
          EXPECT_NEAR(filter.gram(i, filter.slot(a), filter.slot(b)), gram, 1e-14 * size);
        }
      }
}

TEST(DerivedFilters, AbsentOrdersAreRefused) {
  LineFilter const filter = some_filters().front();
  EXPECT_EQ(filter.slot(2), 2);
  EXPECT_THROW(filter.slot(3), std::invalid_argument);
  EXPECT_THROW(product_filter(filter, 0, 4), std::invalid_argument);
}

}  // namespace
