// Line passes against direct sums, for every symmetry, radius and shape, and their transposes by dot products.
#include "kernels/line_filter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

namespace {

using namespace mollis;
using namespace mollis::kernels;

enum class Symmetry { even, odd, none };

std::vector<double> random_values(Index size, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::vector<double> values(static_cast<std::size_t>(size));
  for (double& v : values) v = uniform(engine);
  return values;
}

Field to_field(std::vector<double> const& values) {
  Field field("values", values.size());
  auto const host = Kokkos::create_mirror_view(field);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(field, host);
  return field;
}

std::vector<double> to_vector(Field const& field) {
  auto const host = on_host(field);
  return {host.data(), host.data() + host.extent(0)};
}

/// Rows of radius r on n points: `margin` points of the input before and after the results, edge rows where rows do
/// not fit, one more of them at each end.
LineRows make_rows(std::vector<Symmetry> const& orders, Index r, Index n, Index margin, unsigned seed) {
  LineRows rows;
  rows.inputs = n + 2 * margin;
  rows.outputs = n;
  rows.orders = static_cast<int>(orders.size());
  rows.taps = 2 * r + 1;
  Index const reach = std::max<Index>(0, r - margin) + 1;
  rows.lower = std::min(reach, n);
  rows.upper = std::max(rows.lower, n - reach);
  for (Index i = 0; i < n; ++i)
    rows.start.push_back(std::max<Index>(0, std::min(i + margin - r, rows.inputs - rows.taps)));
  rows.interior = random_values(rows.orders * rows.taps, seed);
  for (int k = 0; k < rows.orders; ++k) {
    double* w = rows.interior.data() + k * rows.taps;
    double const sign = orders[static_cast<std::size_t>(k)] == Symmetry::odd ? -1.0 : 1.0;
    if (orders[static_cast<std::size_t>(k)] == Symmetry::none) continue;
    for (Index t = 0; t < r; ++t) w[2 * r - t] = sign * w[t];
    if (sign < 0) w[r] = 0.0;
  }
  rows.edges = random_values((n - (rows.upper - rows.lower)) * rows.orders * rows.taps, seed + 1);
  return rows;
}

double weight(LineRows const& rows, Index i, int k, Index t) {
  if (i >= rows.lower && i < rows.upper) return rows.interior[static_cast<std::size_t>(k * rows.taps + t)];
  Index const edge = i < rows.lower ? i : i - (rows.upper - rows.lower);
  return rows.edges[static_cast<std::size_t>((edge * rows.orders + k) * rows.taps + t)];
}

/// result[k][(o, i, c)] by the definition.
std::vector<std::vector<double>> direct(LineRows const& rows, Index outer, Index inner, std::vector<double> const& in) {
  std::vector<std::vector<double>> out(static_cast<std::size_t>(rows.orders));
  for (int k = 0; k < rows.orders; ++k)
    for (Index o = 0; o < outer; ++o)
      for (Index i = 0; i < rows.outputs; ++i)
        for (Index c = 0; c < inner; ++c) {
          double sum = 0.0;
          for (Index t = 0; t < rows.taps; ++t) {
            Index const j = rows.start[static_cast<std::size_t>(i)] + t;
            sum += weight(rows, i, k, t) * in[static_cast<std::size_t>((o * rows.inputs + j) * inner + c)];
          }
          out[static_cast<std::size_t>(k)].push_back(sum);
        }
  return out;
}

struct Shape {
  Index outer, n, inner, margin;
};

std::vector<Shape> const shapes{{3, 47, 1, 0},  {2, 61, 1, 25},   {2, 45, 3, 2},  {1, 50, 7, 20},
                                {2, 43, 67, 3}, {1, 42, 301, 21}, {1, 44, 520, 0}};

void check_forward(LineRows const& rows, Shape const& s, std::string const& where) {
  auto const values = random_values(s.outer * rows.inputs * s.inner, 7);
  auto const expected = direct(rows, s.outer, s.inner, values);
  Field const in = to_field(values);
  LinePass const pass(rows);
  for (bool pointwise : {false, true}) {
    std::vector<Field> fields;
    std::vector<Lines> out;
    for (int k = 0; k < rows.orders; ++k) {
      fields.push_back(make_field("out", s.outer * s.n * s.inner));
      out.push_back({fields.back().data(), s.n * s.inner, s.inner});
    }
    ConstLines const from{in.data(), rows.inputs * s.inner, s.inner};
    if (pointwise) {
      pass.apply_pointwise(s.outer, s.inner, from, out);
    } else {
      pass.apply(s.outer, s.inner, from, out);
    }
    double worst = 0.0;
    for (std::size_t k = 0; k < fields.size(); ++k) {
      auto const got = to_vector(fields[k]);
      for (std::size_t p = 0; p < got.size(); ++p) worst = std::max(worst, std::abs(got[p] - expected[k][p]));
    }
    EXPECT_LT(worst, 1e-13 * static_cast<double>(rows.taps)) << where << (pointwise ? " pointwise" : "");
  }
}

/// <A x, y> = <x, A^T y>, with and without what stands in the result before.
void check_transpose(LineRows const& rows, Shape const& s, std::string const& where) {
  Index const in_size = s.outer * rows.inputs * s.inner, out_size = s.outer * s.n * s.inner;
  auto const x = random_values(in_size, 11), before = random_values(in_size, 13);
  auto const image = direct(rows, s.outer, s.inner, x);
  LinePass const pass(rows);
  std::vector<Field> fields;
  std::vector<ConstLines> in;
  double expected = 0.0, size = 0.0;
  for (int k = 0; k < rows.orders; ++k) {
    auto const y = random_values(out_size, 17 + static_cast<unsigned>(k));
    for (std::size_t p = 0; p < y.size(); ++p) {
      expected += y[p] * image[static_cast<std::size_t>(k)][p];
      size += std::abs(y[p] * image[static_cast<std::size_t>(k)][p]);
    }
    fields.push_back(to_field(y));
    in.push_back({fields.back().data(), s.n * s.inner, s.inner});
  }
  for (bool pointwise : {false, true})
    for (bool add : {false, true}) {
      Field const result = to_field(before);
      Lines const out{result.data(), rows.inputs * s.inner, s.inner};
      if (pointwise) {
        pass.apply_transpose_pointwise(s.outer, s.inner, in, out, add);
      } else {
        pass.apply_transpose(s.outer, s.inner, in, out, add);
      }
      auto const got = to_vector(result);
      double sum = 0.0;
      for (std::size_t p = 0; p < got.size(); ++p) sum += x[p] * (got[p] - (add ? before[p] : 0.0));
      EXPECT_NEAR(sum, expected, 1e-14 * size + 1e-12)
          << where << (pointwise ? " pointwise" : "") << (add ? " add" : "");
    }
}

std::vector<Symmetry> mix(int even, int odd, int none) {
  std::vector<Symmetry> orders(static_cast<std::size_t>(even), Symmetry::even);
  for (int k = 0; k < odd; ++k)
    orders.insert(orders.begin() + std::min<int>(2 * k + 1, static_cast<int>(orders.size())), Symmetry::odd);
  orders.insert(orders.end(), static_cast<std::size_t>(none), Symmetry::none);
  return orders;
}

TEST(LinePass, EverySymmetryMixEqualsDirectSums) {
  for (int even = 0; even <= 4; ++even)
    for (int odd = 0; odd <= 3; ++odd) {
      if (even + odd == 0) continue;
      for (Index r : {1, 3, 8}) {
        LineRows const long_lines = make_rows(mix(even, odd, 0), r, 131, r, 3);
        check_forward(long_lines, {2, 131, 1, r}, "even " + std::to_string(even) + " odd " + std::to_string(odd));
        LineRows const strips = make_rows(mix(even, odd, 0), r, 29, 1, 3);
        check_forward(strips, {1, 29, 133, 1}, "strips, even " + std::to_string(even) + " odd " + std::to_string(odd));
      }
    }
}

TEST(LinePass, EveryRadiusAndShapeEqualsDirectSums) {
  for (Index r = 0; r <= 20; ++r)
    for (Shape const& s : shapes) {
      LineRows const rows = make_rows(mix(2, 1, r % 3 == 0 ? 1 : 0), r, s.n, s.margin, static_cast<unsigned>(r));
      std::string const where = "r " + std::to_string(r) + " inner " + std::to_string(s.inner);
      check_forward(rows, s, where);
      check_transpose(rows, s, where);
    }
}

TEST(LinePass, ManyGeneralOrders) {
  LineRows const rows = make_rows(mix(0, 0, 6), 4, 40, 2, 5);
  check_forward(rows, {2, 40, 1, 2}, "lines");
  check_forward(rows, {1, 40, 90, 2}, "strips");
  check_transpose(rows, {1, 40, 90, 2}, "strips");
}

TEST(LinePass, RowsWithoutWeightsGiveZeroAndReadNothing) {
  LineRows rows;  // a block whose rows all miss their footprint: no input at all
  rows.outputs = 3;
  rows.taps = 5;
  rows.start = {-2, -1, 0};
  rows.edges.assign(15, 0.0);
  LinePass const pass(rows);
  for (Index const inner : {1, 5, 70}) {  // single values, runs, strips
    auto const before = random_values(2 * 3 * inner, 3);
    Field const in, out = to_field(before);
    pass.apply(2, inner, {in.data(), 0, inner}, {{out.data(), 3 * inner, inner, true}});
    EXPECT_EQ(to_vector(out), before) << inner;
    pass.apply(2, inner, {in.data(), 0, inner}, {{out.data(), 3 * inner, inner}});
    EXPECT_EQ(to_vector(out), std::vector<double>(before.size(), 0.0)) << inner;
    pass.apply_transpose(2, inner, {{out.data(), 3 * inner, inner}}, {in.data(), 0, inner}, false);
  }
}

TEST(LinePass, TransposedRowsWithoutResultsGiveZeroAndReadNothing) {
  LineRows rows;  // a block that holds points which no row of its own reads
  rows.inputs = 3;
  rows.taps = 5;
  LinePass const pass(rows);
  for (Index const inner : {1, 5, 70}) {
    auto const before = random_values(2 * 3 * inner, 3);
    Field const in, out = to_field(before);
    pass.apply_transpose(2, inner, {{in.data(), 0, inner}}, {out.data(), 3 * inner, inner}, true);
    EXPECT_EQ(to_vector(out), before) << inner;
    pass.apply_transpose(2, inner, {{in.data(), 0, inner}}, {out.data(), 3 * inner, inner}, false);
    EXPECT_EQ(to_vector(out), std::vector<double>(before.size(), 0.0)) << inner;
  }
}

TEST(LinePass, PaddedStridesAreHonoured) {
  LineRows const rows = make_rows(mix(1, 1, 0), 2, 9, 2, 5);
  Index const inner = 70, pad = 5, outer = 2;
  auto const values = random_values(outer * rows.inputs * inner, 3);
  auto const expected = direct(rows, outer, inner, values);
  std::vector<double> padded(static_cast<std::size_t>(outer * rows.inputs * (inner + pad)), -99.0);
  for (Index line = 0; line < outer * rows.inputs; ++line)
    for (Index c = 0; c < inner; ++c)
      padded[static_cast<std::size_t>(line * (inner + pad) + c)] = values[static_cast<std::size_t>(line * inner + c)];
  Field const in = to_field(padded), a = make_field("a", outer * 9 * inner), b = make_field("b", outer * 9 * inner);
  LinePass(rows).apply(outer, inner, {in.data(), rows.inputs * (inner + pad), inner + pad},
                       {{a.data(), 9 * inner, inner}, {b.data(), 9 * inner, inner}});
  auto const got = to_vector(a);
  for (std::size_t p = 0; p < got.size(); ++p) ASSERT_NEAR(got[p], expected[0][p], 1e-13);
}

TEST(LinePass, RowsThatReadPastTheInputAreRefused) {
  LineRows rows;
  rows.inputs = rows.outputs = 1;
  rows.taps = 3;
  rows.start = {-1};
  rows.edges = {1.0, 1.0, 1.0};
  EXPECT_THROW(LinePass{rows}, std::logic_error);
}

}  // namespace
