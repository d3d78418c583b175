// Moment and difference filters: exact on polynomials on every row, symmetric, folded at reflecting ends.
#include "mollifier/line_filter.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "axes.hpp"

namespace {

using namespace mollis;
using namespace mollis::mollifier;
using tests::filtered;
using tests::magnitude;

/// d^order/dx^order of ((x - c) / unit)^power.
double monomial(double x, double c, double unit, int power, int order) {
  double factor = 1.0;
  for (int k = 0; k < order; ++k) factor *= (power - k) / unit;
  return order > power ? 0.0 : factor * std::pow((x - c) / unit, power - order);
}

/// Relative to the derivative's size on the footprint and to what rounding of the values allows.
void expect_exact(grid::Axis const& axis, LineFilter const& filter, int order, int degree, double tolerance,
                  std::string const& where) {
  for (Index i = 0; i < axis.size(); i += std::max<Index>(1, axis.size() / 37)) {
    double const c = axis.coordinate(i);
    Index const first = filter.start(i), last = first + filter.width - 1;
    double const unit = std::max(c - axis.coordinate(first),
                                 axis.coordinate(last) - c);
    for (int power = 0; power <= degree; ++power) {
      auto const f = [&](Index p) {
        return monomial(axis.coordinate(p), c, unit, power, 0);
      };
      double const scale = std::max(magnitude(filter, i, order, f), std::pow(unit, -order));
      EXPECT_NEAR(filtered(filter, i, order, f), monomial(c, c, unit, power, order), tolerance * scale)
          << where << " row " << i << " power " << power << " order " << order;
    }
  }
}

TEST(MomentFilter, ExactOnPolynomialsForEveryFamilyDegreeOrderAndRow) {
  for (Kernel const& kernel : tests::families)
    for (auto const& axis : {grid::uniform_axis("x", 97, -1.0, 2.0, false), tests::stretched_axis("x", 97, 0.0, 3.0)})
      for (int degree = 0; degree <= 8; ++degree) {
        Radii radii;
        for (int order = 0; order <= std::min(degree, 6); ++order) radii.emplace_back(order, degree / 2 + 2 + order);
        LineFilter const filter = moment_filter(axis, kernel, radii, degree);
        for (auto const& entry : radii)
          expect_exact(axis, filter, entry.first, degree, 1e-11,
                       "family " + std::to_string(static_cast<int>(kernel.family)) + " degree " +
                           std::to_string(degree) + (axis.uniform ? " uniform" : " stretched"));
      }
}

TEST(MomentFilter, WideFiltersOfHighDegreeStayExact) {
  for (Kernel const& kernel : tests::families) {
    grid::Axis const axis = grid::uniform_axis("x", 201, 0.0, 1.0, false);
    LineFilter const filter = moment_filter(axis, kernel, {{0, 40}, {2, 40}, {6, 40}}, 8);
    for (int order : {0, 2, 6}) expect_exact(axis, filter, order, 8, 1e-11, "radius 40");
  }
}

TEST(MomentFilter, InteriorRowsAreSymmetricToTheLastBit) {
  LineFilter const filter =
      moment_filter(grid::uniform_axis("x", 60, 0.0, 1.0, false), {}, {{0, 6}, {1, 4}, {2, 7}, {3, 7}}, 4);
  EXPECT_EQ(filter.width, 15);
  EXPECT_EQ(filter.interior, (grid::Range{7, 53}));
  for (std::size_t k = 0; k < filter.orders.size(); ++k)
    for (Index j = 0; j < filter.width; ++j) {
      double const* row = filter.row(30, static_cast<int>(k));
      EXPECT_EQ(row[j], (filter.orders[k] % 2 == 0 ? 1.0 : -1.0) * row[filter.width - 1 - j]);
    }
  EXPECT_EQ(filter.row(30, filter.slot(1))[2], 0.0);  // padding of the narrower order
  EXPECT_NE(filter.row(30, filter.slot(1))[3], 0.0);
}

/// On periodic axes a trigonometric function is an eigenfunction: the same factor on every row, near the derivative's.
TEST(MomentFilter, PeriodicRowsActAlikeOnWaves) {
  double const two_pi = 6.283185307179586;
  grid::Axis const axis = grid::uniform_axis("x", 64, 0.0, 2.0, true);
  LineFilter const filter = moment_filter(axis, {}, {{0, 6}, {1, 6}, {2, 6}}, 4);
  double const k = two_pi / axis.period;
  auto const wave = [&](Index p) { return std::cos(k * axis.coordinate(p)); };
  double const factor = filtered(filter, 0, 0, wave), second = filtered(filter, 0, 2, wave);
  EXPECT_NEAR(factor, 1.0, 1e-3);
  EXPECT_NEAR(second, -k * k, 2e-2 * k * k);
  for (Index i = 0; i < 64; ++i) {
    double const x = axis.coordinate(i);
    EXPECT_NEAR(filtered(filter, i, 0, wave), factor * std::cos(k * x), 1e-13);
    EXPECT_NEAR(filtered(filter, i, 2, wave), second * std::cos(k * x), 1e-10);
    EXPECT_NEAR(filtered(filter, i, 1, wave), -k * std::sin(k * x), 1e-2 * k);
  }
  LineFilter const stretched = moment_filter(tests::wavy_axis("x", 256, 2.0), {}, {{0, 6}, {1, 6}, {2, 6}}, 6);
  grid::Axis const wavy = tests::wavy_axis("x", 256, 2.0);
  auto const wave_on = [&](Index p) { return std::cos(k * wavy.coordinate(p)); };
  for (Index i = 0; i < 256; ++i) {
    double const x = wavy.coordinate(i);
    EXPECT_NEAR(filtered(stretched, i, 0, wave_on), std::cos(k * x), 1e-6);
    EXPECT_NEAR(filtered(stretched, i, 1, wave_on), -k * std::sin(k * x), 1e-5);
    EXPECT_NEAR(filtered(stretched, i, 2, wave_on), -k * k * std::cos(k * x), 1e-4);
  }
}

/// At a reflecting end the filter acts as on the reflected function: compare with an axis that really holds it.
TEST(MomentFilter, ReflectingEndsActAsOnTheReflectedFunction) {
  Index const n = 41;
  for (bool stretched : {false, true})
    for (auto reflection : {grid::Reflection::even, grid::Reflection::odd}) {
      bool const odd = reflection == grid::Reflection::odd;
      grid::Axis const half =
          stretched ? tests::stretched_axis("x", n, 0.0, 1.0) : grid::uniform_axis("x", n, 0.0, 1.0, false);
      std::vector<double> x;
      for (Index i = -(n - 1); i < 2 * n - 1; ++i) {
        Index const m = i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
        double const at = half.coordinate(m);
        x.push_back(i < 0 ? -at : i >= n ? 2.0 - at : at);
      }
      grid::Axis const whole = grid::axis_from_coordinates("x", x, 0.0);
      auto const f = [&](double at) {
        return odd ? std::sin(3.141592653589793 * at) : std::cos(6.283185307179586 * at);
      };
      Radii const radii{{0, 7}, {1, 6}, {2, 7}};
      LineFilter const folded = moment_filter(tests::reflecting(half, reflection), {}, radii, 4);
      LineFilter const plain = moment_filter(whole, {}, radii, 4);
      for (Index i = 0; i < n; ++i)
        for (int order : {0, 1, 2}) {
          double const expected =
              filtered(plain, i + n - 1, order, [&](Index p) { return f(x[static_cast<std::size_t>(p)]); });
          double const got =
              filtered(folded, i, order, [&](Index p) { return f(half.coordinate(p)); });
          EXPECT_NEAR(got, expected, 1e-9) << "row " << i << " order " << order << (odd ? " odd" : " even");
        }
    }
}

TEST(MomentFilter, RadiusZeroCopies) {
  for (auto const& axis : {grid::uniform_axis("x", 5, 0.0, 1.0, false), tests::stretched_axis("x", 5, 0.0, 1.0),
                           grid::uniform_axis("x", 1, 0.0, 0.0, false)}) {
    LineFilter const filter = moment_filter(axis, {}, {{0, 0}}, 4);
    EXPECT_EQ(filter.width, 1);
    for (Index i = 0; i < axis.size(); ++i) EXPECT_EQ(filter.row(i, 0)[0], 1.0);
    EXPECT_EQ(filter.needed({0, axis.size()}), (grid::Range{0, axis.size()}));
  }
}

std::string message_of(std::function<void()> const& work) {
  try {
    work();
  } catch (std::invalid_argument const& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(MomentFilter, UnworkableRadiiAreRefusedWithTheWorkableOne) {
  grid::Axis const axis = grid::uniform_axis("x", 20, 0.0, 1.0, false);
  EXPECT_NE(message_of([&] { moment_filter(axis, {}, {{2, 2}}, 5); }).find("at least 3"), std::string::npos);
  EXPECT_NE(message_of([&] { moment_filter(axis, {}, {{1, 0}}, 4); }).find("at least 2"), std::string::npos);
  EXPECT_NE(message_of([&] { moment_filter(axis, {}, {{2, 10}}, 4); }).find("at most 9"), std::string::npos);
  EXPECT_NE(message_of([&] { moment_filter(axis, {}, {{4, 8}}, 3); }).find("degree at least 4"), std::string::npos);
  EXPECT_NO_THROW(moment_filter(axis, {}, {{2, 3}}, 5));
  EXPECT_NO_THROW(moment_filter(axis, {}, {{2, 9}}, 4));
}

TEST(MomentFilter, NeededIsTheUnionOfFootprints) {
  LineFilter const open = moment_filter(grid::uniform_axis("x", 40, 0.0, 1.0, false), {}, {{0, 5}}, 4);
  EXPECT_EQ(open.needed({0, 3}), (grid::Range{0, 11}));
  EXPECT_EQ(open.needed({10, 20}), (grid::Range{5, 25}));
  EXPECT_EQ(open.needed({38, 40}), (grid::Range{29, 40}));
  EXPECT_EQ(open.needed({7, 7}).size(), 0);
  LineFilter const wrapped = moment_filter(grid::uniform_axis("x", 40, 0.0, 1.0, true), {}, {{0, 5}}, 4);
  EXPECT_EQ(wrapped.needed({0, 40}), (grid::Range{-5, 45}));
}

TEST(DifferenceFilter, KnownStencilsAndExactness) {
  grid::Axis const axis = grid::uniform_axis("x", 11, 0.0, 10.0, false);
  LineFilter const filter = difference_filter(axis, {0, 1, 2, 3, 4});
  EXPECT_EQ(filter.width, 5);
  std::vector<std::vector<double>> const known{
      {0, 0, 1, 0, 0}, {0, -0.5, 0, 0.5, 0}, {0, 1, -2, 1, 0}, {-0.5, 1, 0, -1, 0.5}, {1, -4, 6, -4, 1}};
  for (int order = 0; order <= 4; ++order)
    for (Index j = 0; j < 5; ++j)
      EXPECT_NEAR(filter.row(5, order)[j], known[static_cast<std::size_t>(order)][static_cast<std::size_t>(j)], 1e-14);
  std::vector<double> const one_sided{-1.5, 2.0, -0.5, 0.0, 0.0};
  for (Index j = 0; j < 5; ++j) EXPECT_NEAR(filter.row(0, 1)[j], one_sided[static_cast<std::size_t>(j)], 1e-14);
  for (auto const& any : {axis, tests::stretched_axis("x", 30, 0.0, 2.0)})
    for (int order = 1; order <= 6; ++order)
      expect_exact(any, difference_filter(any, {order}), order, 2 * ((order + 1) / 2), 1e-11, "difference");
}

}  // namespace
