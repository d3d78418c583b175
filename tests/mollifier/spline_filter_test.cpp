// Spline filters against table values, divided differences, Marsden's identity, and lines that are mirrored by hand.
#include <gtest/gtest.h>

#include <algorithm>

#include "axes.hpp"

namespace {

using namespace mollis;
using namespace mollis::mollifier;
using tests::filtered;
using tests::magnitude;

std::vector<int> orders_below(int degree) {
  std::vector<int> orders;
  for (int order = 0; order < degree; ++order) orders.push_back(order);
  return orders;
}

/// Coordinate of a virtual point: periods on, or the last spacing on.
double knot(grid::Axis const& axis, Index v) {
  Index const last = axis.size() - 1;
  if (axis.periodic || (v >= 0 && v <= last)) return axis.at(v);
  if (v < 0) return axis.at(0) + static_cast<double>(v) * (axis.at(1) - axis.at(0));
  return axis.at(last) + static_cast<double>(v - last) * (axis.at(last) - axis.at(last - 1));
}

/// The knots of B_j, from x_(j - radius - 1) on.
std::vector<double> knots_of(grid::Axis const& axis, Index j, int degree) {
  std::vector<double> knots;
  for (Index v = j - (degree + 1) / 2; v <= j + (degree + 1) / 2; ++v) knots.push_back(knot(axis, v));
  return knots;
}

/// D^order B(x) as the divided difference of (t - x)_+^degree over the knots: no recursion in the degree.
double divided_difference(std::vector<double> const& knots, int order, double x) {
  int const degree = static_cast<int>(knots.size()) - 2;
  long double factor = static_cast<long double>(knots.back()) - knots.front();
  for (int i = 0; i < order; ++i) factor *= i - degree;
  std::vector<long double> table;
  for (double const t : knots) {
    long double const distance = static_cast<long double>(t) - x;
    table.push_back(distance > 0 ? std::pow(distance, static_cast<long double>(degree - order)) : 0.0L);
  }
  for (std::size_t span = 1; span < knots.size(); ++span)
    for (std::size_t i = 0; i + span < knots.size(); ++i)
      table[i] = (table[i + 1] - table[i]) / (static_cast<long double>(knots[i + span]) - knots[i]);
  return static_cast<double>(factor * table[0]);
}

std::vector<grid::Axis> axes() {
  return {grid::uniform_axis("x", 23, -0.3, 1.4, false), tests::stretched_axis("x", 21, 0.0, 1.0),
          grid::uniform_axis("x", 18, 0.0, 2.0, true), tests::wavy_axis("x", 19, 1.5)};
}

TEST(SplineFilter, RowsOfEqualSpacingAreTheTabledOnes) {
  struct Row {
    int degree, order;
    double over;
    std::vector<double> weights;
  };
  double const h = 0.25;
  auto const axis = grid::uniform_axis("x", 33, 0.0, 8.0, false);
  for (auto const& row : {Row{3, 0, 6, {1, 4, 1}}, Row{3, 1, 2, {-1, 0, 1}}, Row{3, 2, 1, {1, -2, 1}},
                          Row{5, 0, 120, {1, 26, 66, 26, 1}}, Row{5, 2, 6, {1, 2, -6, 2, 1}},
                          Row{7, 0, 5040, {1, 120, 1191, 2416, 1191, 120, 1}},
                          Row{7, 4, 6, {1, 0, -9, 16, -9, 0, 1}}, Row{7, 6, 1, {1, -6, 15, -20, 15, -6, 1}}}) {
    auto const filter = spline_filter(axis, row.degree, {row.order});
    ASSERT_EQ(filter.width, row.degree);
    for (Index const i : {filter.valid.lower, Index{16}, filter.valid.upper - 1})
      for (std::size_t j = 0; j < row.weights.size(); ++j)
        EXPECT_NEAR(filter.row(i, 0)[j] * std::pow(h, row.order), row.weights[j] / row.over, 1e-12)
            << "degree " << row.degree << ", order " << row.order << ", tap " << j;
  }
}

TEST(SplineFilter, AgreesWithDividedDifferences) {
  for (auto const& axis : axes())
    for (int const degree : {3, 5, 7, 9}) {
      auto const filter = spline_filter(axis, degree, orders_below(degree));
      Index const radius = (degree - 1) / 2;
      for (int order = 0; order < degree; ++order)
        for (Index i = filter.valid.lower; i < filter.valid.upper; ++i) {
          double const* row = filter.row(i, filter.slot(order));
          double const size = std::abs(*std::max_element(
              row, row + filter.width, [](double a, double b) { return std::abs(a) < std::abs(b); }));
          for (Index j = 0; j < filter.width; ++j)
            EXPECT_NEAR(row[j], divided_difference(knots_of(axis, i - radius + j, degree), order, axis.at(i)), 1e-9 * size)
                << "degree " << degree << ", order " << order << ", row " << i << ", tap " << j;
        }
    }
}

TEST(SplineFilter, MassIsOneAndDerivativesOfConstantsVanish) {
  auto list = axes();
  list.push_back(tests::reflecting(grid::uniform_axis("x", 16, 0.0, 1.0, false), grid::Reflection::even));
  list.push_back(tests::reflecting(tests::stretched_axis("x", 17, 0.0, 1.0), grid::Reflection::even));
  auto const one = [](Index) { return 1.0; };
  for (auto const& axis : list) {
    auto const filter = spline_filter(axis, 7, orders_below(7));
    for (int order = 0; order < 7; ++order) {
      double size = 0.0;  // rows at even ends cancel to nothing, so that each is measured against the largest
      for (Index i = filter.valid.lower; i < filter.valid.upper; ++i) size = std::max(size, magnitude(filter, i, order, one));
      for (Index i = filter.valid.lower; i < filter.valid.upper; ++i)
        EXPECT_NEAR(filtered(filter, i, order, one), order == 0 ? 1.0 : 0.0, 1e-13 * size) << order << " " << i;
    }
  }
}

/// Marsden: x^m has the coefficients e_m(inner knots) / binomial(degree, m), e_m the elementary symmetric polynomial.
TEST(SplineFilter, PolynomialsUpToTheDegreeHaveTheirExactDerivatives) {
  for (auto const& axis : {grid::uniform_axis("x", 23, -0.3, 1.4, false), tests::stretched_axis("x", 21, 0.0, 1.0)})
    for (int const degree : {3, 5, 7}) {
      auto const filter = spline_filter(axis, degree, orders_below(degree));
      for (int m = 0; m <= degree; ++m) {
        auto const coefficient = [&](Index j) {
          auto const knots = knots_of(axis, j, degree);
          std::vector<double> symmetric(static_cast<std::size_t>(degree) + 1, 0.0);
          symmetric[0] = 1.0;
          for (int k = 1; k <= degree; ++k)
            for (std::size_t e = static_cast<std::size_t>(k); e >= 1; --e)
              symmetric[e] += knots[static_cast<std::size_t>(k)] * symmetric[e - 1];
          double value = symmetric[static_cast<std::size_t>(m)];
          for (int k = 1; k <= m; ++k) value *= static_cast<double>(k) / (degree - m + k);
          return value;
        };
        for (int order = 0; order < degree; ++order)
          for (Index i = filter.valid.lower; i < filter.valid.upper; ++i) {
            double expected = order > m ? 0.0 : std::pow(axis.at(i), m - order);
            for (int k = 0; k < order; ++k) expected *= m - k;
            EXPECT_NEAR(filtered(filter, i, order, coefficient), expected,
                        1e-11 * (1.0 + magnitude(filter, i, order, coefficient)))
                << "degree " << degree << ", x^" << m << ", order " << order << ", row " << i;
          }
      }
    }
}

TEST(SplineFilter, OpenEndsHaveRowsWhereTheFootprintFits) {
  auto const filter = spline_filter(grid::uniform_axis("x", 20, 0.0, 1.0, false), 7, {0, 2});
  EXPECT_EQ(filter.valid, (grid::Range{3, 17}));
  for (Index const i : {0, 2, 17, 19}) EXPECT_EQ(filtered(filter, i, 0, [](Index) { return 1.0; }), 0.0);
}

TEST(SplineFilter, PeriodicRowsAreTheSameEverywhere) {
  auto const axis = grid::uniform_axis("x", 16, 0.0, 1.0, true);
  auto const filter = spline_filter(axis, 7, {0, 1, 4});
  EXPECT_EQ(filter.valid, (grid::Range{0, 16}));
  auto const g = [](Index j) { return std::sin(0.9 * static_cast<double>(j % 16)) + 0.1 * static_cast<double>(j % 16); };
  for (int const order : {0, 1, 4})
    for (Index i = 0; i < 16; ++i) {
      auto const turned = [&](Index j) { return g(j + i + 8); };  // what stands at i comes to 8, far from the seam
      EXPECT_NEAR(filtered(filter, i, order, g), filtered(filter, 8, order, turned), 1e-12 * magnitude(filter, i, order, g));
    }
}

/// A reflecting axis against an open one three times as long on which the mirror images stand as values.
TEST(SplineFilter, ReflectionsAreThoseOfMirroredValues) {
  Index const n = 15;
  auto const g = [](Index j) { return std::cos(1.7 * static_cast<double>(j)) + 0.3 * static_cast<double>(j); };
  for (auto const reflection : {grid::Reflection::even, grid::Reflection::odd})
    for (bool const uniform : {true, false}) {
      auto const axis = uniform ? grid::uniform_axis("x", n, 0.0, 1.0, false) : tests::stretched_axis("x", n, 0.0, 1.0);
      std::vector<double> x;
      for (Index v = -(n - 1); v <= 2 * (n - 1); ++v)
        x.push_back(v < 0 ? -axis.at(-v) : v < n ? axis.at(v) : 2.0 - axis.at(2 * (n - 1) - v));
      auto const wide = grid::axis_from_coordinates("x", x, 0.0);
      double const sign = reflection == grid::Reflection::odd ? -1.0 : 1.0;
      auto const mirrored = [&](Index j) {
        Index const v = j - (n - 1);
        if (sign < 0.0 && v % (n - 1) == 0) return 0.0;  // odd functions vanish where they are mirrored
        return v < 0 ? sign * g(-v) : v < n ? g(v) : sign * g(2 * (n - 1) - v);
      };
      auto const filter = spline_filter(tests::reflecting(axis, reflection), 7, orders_below(7));
      auto const reference = spline_filter(wide, 7, orders_below(7));
      EXPECT_EQ(filter.valid, (grid::Range{0, n}));
      for (int order = 0; order < 7; ++order)
        for (Index i = 0; i < n; ++i)
          EXPECT_NEAR(filtered(filter, i, order, g), filtered(reference, i + n - 1, order, mirrored),
                      1e-11 * (1.0 + magnitude(reference, i + n - 1, order, mirrored)))
              << "order " << order << ", row " << i;
    }
}

TEST(SplineFilter, OddRowsDoNotReadTheEndPoints) {
  Index const n = 12;
  auto const axis = tests::reflecting(grid::uniform_axis("x", n, 0.0, 1.0, false), grid::Reflection::odd);
  auto const filter = spline_filter(axis, 5, {0, 1, 2, 3, 4});
  auto const end = [&](Index j) { return j == 0 || j == n - 1 ? 1e9 : 0.0; };
  for (int order = 0; order < 5; ++order)
    for (Index i = 0; i < n; ++i) EXPECT_EQ(filtered(filter, i, order, end), 0.0) << order << " " << i;
}

TEST(SplineFilter, RefusesWhatItCannotDo) {
  auto const axis = grid::uniform_axis("x", 20, 0.0, 1.0, false);
  for (int const degree : {-1, 0, 2, 4, 6}) EXPECT_THROW(spline_filter(axis, degree, {0}), std::invalid_argument) << degree;
  EXPECT_THROW(spline_filter(axis, 3, {0, 3}), std::invalid_argument);
  EXPECT_THROW(spline_filter(axis, 7, {7}), std::invalid_argument);
  EXPECT_NO_THROW(spline_filter(axis, 7, {6}));
  EXPECT_THROW(spline_filter(grid::uniform_axis("x", 6, 0.0, 1.0, true), 7, {0}), std::invalid_argument);
}

}  // namespace
