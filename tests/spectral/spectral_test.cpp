// Orthonormality and diagonalisation of the line transforms, redistribution on any number of ranks.
#include <gtest/gtest.h>

#include <cmath>

#include "mollifier/line_filter.hpp"
#include "spectral/matrix_transform.hpp"
#include "spectral/spectral_box.hpp"

#include "random_values.hpp"

namespace {

using namespace mollis;
using spectral::Basis;
using test::random_values;

double dot(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

TEST(LineTransform, IsOrthonormal) {
  for (auto const basis : {Basis::fourier, Basis::cosine, Basis::even, Basis::odd})
    for (Index const n : {9, 12, 94, 134, 140, 151, 198}) {
      auto const transform = spectral::make_line_transform(basis, 3, n, 4);
      auto const a = random_values(static_cast<std::size_t>(12 * n), 1), b = random_values(static_cast<std::size_t>(12 * n), 2);
      auto ta = a, tb = b;
      transform->forward(ta.data());
      transform->forward(tb.data());
      EXPECT_NEAR(dot(ta, tb), dot(a, b), 1e-13 * static_cast<double>(n));
      transform->backward(ta.data());
      for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(ta[i], a[i], 1e-13);
    }
}

/// However many lines there are, and however far apart their values: what becomes of each line alone.
TEST(LineTransform, TreatsLinesAlikeWhereverTheyAre) {
  struct Shape {
    Index outer, inner;
  };
  for (auto const basis : {Basis::fourier, Basis::cosine, Basis::even, Basis::odd})
    for (Index const n : {9, 12, 22})
      for (auto const& [outer, inner] : {Shape{77, 1}, {64, 1}, {2, 5}, {2, 8 * n + 5}, {1, 13 * n}}) {
        auto const all = spectral::make_line_transform(basis, outer, n, inner), one = spectral::make_line_transform(basis, 1, n, 1);
        auto const values = random_values(static_cast<std::size_t>(outer * n * inner), 3);
        for (bool const back : {false, true}) {
          auto together = values;
          back ? all->backward(together.data()) : all->forward(together.data());
          for (Index o = 0; o < outer; ++o)
            for (Index c = 0; c < inner; ++c) {
              std::vector<double> line;
              for (Index i = 0; i < n; ++i) line.push_back(values[static_cast<std::size_t>((o * n + i) * inner + c)]);
              back ? one->backward(line.data()) : one->forward(line.data());
              for (Index i = 0; i < n; ++i)
                ASSERT_NEAR(together[static_cast<std::size_t>((o * n + i) * inner + c)], line[static_cast<std::size_t>(i)], 1e-14) << outer << " " << inner;
            }
        }
      }
}

/// Q^T x and Q y against sums, for modes that are even or odd about the middle (cosines), about a point (Fourier's) and neither, of lines that
/// stand side by side and one below another, fewer and more than a tile of them.
TEST(MatrixTransform, EqualsSumsOverTheModes) {
  auto const matrix_of = [](Index n, auto const& entry) {
    auto modes = std::make_shared<std::vector<double>>();
    for (Index i = 0; i < n; ++i)
      for (Index k = 0; k < n; ++k) modes->push_back(entry(static_cast<double>(i), static_cast<double>(k)));
    return modes;
  };
  for (Index const n : {2, 7, 12, 33}) {
    auto const size = static_cast<double>(n);
    auto const cosines = matrix_of(n, [&](double i, double k) { return std::sqrt((k > 0.0 ? 2.0 : 1.0) / size) * std::cos(k * (i + 0.5) * std::acos(-1.0) / size); });
    auto const mirror = matrix_of(n, [&](double i, double k) { return (i == k ? 1.0 : 0.0) - 2.0 * (i + 1.0) * (k + 1.0) * 6.0 / (size * (size + 1.0) * (2.0 * size + 1.0)); });
    auto const waves = matrix_of(n, [&](double i, double k) {   // r_0, r_1, ..., i_1
      double const angle = 2.0 * std::acos(-1.0) * i / size;
      if (2.0 * k <= size) return std::sqrt((k > 0.0 && 2.0 * k < size ? 2.0 : 1.0) / size) * std::cos(k * angle);
      return -std::sqrt(2.0 / size) * std::sin((size - k) * angle);
    });
    for (auto const& modes : {cosines, mirror, waves})
      for (auto const& [outer, inner] : {std::pair<Index, Index>{1, 1}, {7, 1}, {3, 5}, {2, 32}, {2, 45}}) {
        auto const transform = spectral::make_matrix_transform(modes, outer, n, inner);
        auto const values = random_values(static_cast<std::size_t>(outer * n * inner), 5);
        for (bool const back : {false, true}) {
          auto got = values;
          back ? transform->backward(got.data()) : transform->forward(got.data());
          for (Index o = 0; o < outer; ++o)
            for (Index k = 0; k < n; ++k)
              for (Index c = 0; c < inner; ++c) {
                double sum = 0.0;
                for (Index i = 0; i < n; ++i)
                  sum += (*modes)[static_cast<std::size_t>(back ? k * n + i : i * n + k)] * values[static_cast<std::size_t>((o * n + i) * inner + c)];
                ASSERT_NEAR(got[static_cast<std::size_t>((o * n + k) * inner + c)], sum, 1e-13) << n << " " << outer << " " << inner;
              }
        }
      }
  }
}

/// A filter that wraps or reflects turns into a factor, sum_j w_j cos(j theta), on each coefficient.
/// Cosines and waves by their definition, along lines whose values are adjacent and far apart.
TEST(LineTransform, EqualsTheSumsOverPoints) {
  constexpr double pi = 3.14159265358979323846;
  auto const entry = [&](Basis basis, Index n, Index k, Index i) {
    auto const points = static_cast<double>(n), wave = static_cast<double>(k), at = static_cast<double>(i);
    double const size = std::sqrt((k == 0 || (basis == Basis::fourier && 2 * k == n) ? 1.0 : 2.0) / points);
    if (basis == Basis::cosine) return size * std::cos(pi * wave * (at + 0.5) / points);
    return size * (2 * k <= n ? std::cos(2.0 * pi * wave * at / points) : -std::sin(2.0 * pi * (points - wave) * at / points));
  };
  for (auto const basis : {Basis::fourier, Basis::cosine})
    for (Index const n : {4, 6, 8, 9, 10, 14, 24, 26, 66, 70, 94, 216})
      for (Index const inner : {1, 11}) {
        auto const transform = spectral::make_line_transform(basis, 2, n, inner);
        auto const values = random_values(static_cast<std::size_t>(2 * n * inner), 5);
        auto waves = values;
        transform->forward(waves.data());
        for (Index line = 0; line < 2 * inner; ++line) {
          Index const first = line / inner * n * inner + line % inner;
          for (Index k = 0; k < n; ++k) {
            double sum = 0.0;
            for (Index i = 0; i < n; ++i) sum += entry(basis, n, k, i) * values[static_cast<std::size_t>(first + i * inner)];
            ASSERT_NEAR(waves[static_cast<std::size_t>(first + k * inner)], sum, 1e-12) << n << " " << k;
          }
        }
      }
}

TEST(LineTransform, DiagonalisesFiltersThatWrapOrReflect) {
  Index const n = 14;
  auto const open = grid::uniform_axis("x", n, 0.0, 1.0, false);
  auto odd = open, even = open;
  odd.reflection = grid::Reflection::odd;
  even.reflection = grid::Reflection::even;
  auto const wrapped = grid::uniform_axis("x", n, 0.0, 1.0, true);
  for (auto const& [axis, basis] : {std::pair(wrapped, Basis::fourier), {odd, Basis::odd}, {even, Basis::even}}) {
    auto const filter = mollifier::spline_filter(axis, 7, {0, 2});
    auto const theta = spectral::angles(basis, n);
    auto const transform = spectral::make_line_transform(basis, 1, n, 1);
    for (int slot = 0; slot < 2; ++slot)
      for (Index k = basis == Basis::odd ? 1 : 0; k < (basis == Basis::odd ? n - 1 : n); ++k) {
        std::vector<double> mode(static_cast<std::size_t>(n), 0.0), filtered(static_cast<std::size_t>(n), 0.0);
        mode[static_cast<std::size_t>(k)] = 1.0;
        transform->backward(mode.data());
        if (basis == Basis::even) {  // eigenvectors of a folded filter are the unweighted cosines
          mode.front() *= std::sqrt(2.0);
          mode.back() *= std::sqrt(2.0);
        }
        for (Index i = 0; i < n; ++i)
          for (Index j = 0; j < filter.width; ++j)
            filtered[static_cast<std::size_t>(i)] +=
                filter.row(i, slot)[j] * mode[static_cast<std::size_t>(((filter.start(i) + j) % n + n) % n)];
        double symbol = 0.0;
        Index const half = (filter.width - 1) / 2;
        for (Index j = -half; j <= half; ++j)
          symbol += filter.interior_row[static_cast<std::size_t>(slot * filter.width + j + half)] *
                    std::cos(static_cast<double>(j) * theta[static_cast<std::size_t>(k)]);
        for (Index i = 0; i < n; ++i)
          EXPECT_NEAR(filtered[static_cast<std::size_t>(i)], symbol * mode[static_cast<std::size_t>(i)],
                      1e-11 * std::max(1.0, std::abs(symbol)));
      }
  }
}

/// The transform on any number of ranks against a cosine sum over the whole grid.
TEST(SpectralBox, EqualsSumsOverTheWholeGrid) {
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", 5, 0.0, 1.0, false), grid::uniform_axis("y", 7, 0.0, 1.0, false),
                                     grid::uniform_axis("x", 6, 0.0, 1.0, true)};
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  grid::Grid const grid(MPI_COMM_WORLD, axes, grid::decompose(axes, ranks));
  auto const all = random_values(5 * 7 * 6, 9);
  std::vector<double> mine;
  auto const& own = grid.owned();
  for (Index t = own[0].lower; t < own[0].upper; ++t)
    for (Index y = own[1].lower; y < own[1].upper; ++y)
      for (Index x = own[2].lower; x < own[2].upper; ++x) mine.push_back(all[static_cast<std::size_t>((t * 7 + y) * 6 + x)]);
  for (int const line : {-1, 0, 2}) {
    spectral::SpectralBox const box(grid, {Basis::cosine, Basis::cosine, Basis::none}, line);
    HostField data("data", mine.size());
    std::copy(mine.begin(), mine.end(), data.data());
    box.forward(data);
    std::size_t at = 0;
    auto const& b = box.lines().box;
    auto const wave = [](Index k, Index i, Index n) {
      return std::sqrt((k == 0 ? 1.0 : 2.0) / static_cast<double>(n)) *
             std::cos(3.14159265358979323846 * static_cast<double>(k) * (static_cast<double>(i) + 0.5) / static_cast<double>(n));
    };
    for (Index t = b[0].lower; t < b[0].upper; ++t)
      for (Index y = b[1].lower; y < b[1].upper; ++y)
        for (Index x = b[2].lower; x < b[2].upper; ++x, ++at) {
          double sum = 0.0;
          for (Index i = 0; i < 5; ++i)
            for (Index j = 0; j < 7; ++j)
              sum += all[static_cast<std::size_t>((i * 7 + j) * 6 + x)] * (line == 0 ? (i == t ? 1.0 : 0.0) : wave(t, i, 5)) *
                     wave(y, j, 7);
          ASSERT_NEAR(data[at], sum, 1e-12);
        }
    box.backward(data);
    ASSERT_EQ(data.size(), mine.size());
    for (std::size_t i = 0; i < mine.size(); ++i) EXPECT_NEAR(data[i], mine[i], 1e-13);
  }
}

/// Lengths of 149 and 151, by three zeros at least, become 154; 134 is a product with a matrix. Backward is the transpose of forward, and gives back what that was given.
TEST(SpectralBox, ContinuesOpenAxesToQuickLengths) {
  EXPECT_EQ(spectral::quick_length(262, 6), 270);
  EXPECT_EQ(spectral::quick_length(262, 1), 264);
  EXPECT_EQ(spectral::quick_length(134, 6), 134);
  std::vector<grid::Axis> const axes{grid::uniform_axis("y", 211, 0.0, 1.0, false), grid::uniform_axis("x", 223, 0.0, 1.0, false)};
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  grid::Grid const grid(MPI_COMM_WORLD, axes, grid::decompose(axes, ranks));
  auto const sum = [&](HostField const& a, HostField const& b) {
    double value = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) value += a[i] * b[i];
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return value;
  };
  auto const filled = [&](Index size, unsigned seed) {
    HostField const data("data", static_cast<std::size_t>(size));
    auto const values = random_values(data.size(), seed + static_cast<unsigned>(grid.rank()));
    std::copy(values.begin(), values.end(), data.data());
    return data;
  };
  for (int const line : {-1, 0, 1}) {
    spectral::SpectralBox const box(grid, {Basis::cosine, Basis::cosine}, line, {}, 3);
    EXPECT_EQ(box.coefficients(0), line == 0 ? 211 : 216);
    EXPECT_EQ(box.coefficients(1), line == 1 ? 223 : 234);
    auto const a = filled(grid.local_size(), 1), b = filled(box.lines().box.size(), 50);
    HostField back("b", b.size());
    Kokkos::deep_copy(back, b);
    auto const kept = filled(grid.local_size(), 1);
    auto forward = box.forward_of(a);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i], kept[i]);
    box.backward(back);
    ASSERT_EQ(forward.size(), b.size());
    ASSERT_EQ(back.size(), a.size());
    EXPECT_NEAR(sum(forward, b), sum(a, back), 1e-11);
    box.backward(forward);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(forward[i], a[i], 1e-13);
  }
}

/// No axis is transformed, nothing moves: still a copy.
TEST(SpectralBox, LeavesValuesAsTheyAre) {
  std::vector<grid::Axis> const axes{grid::uniform_axis("x", 9, 0.0, 1.0, false)};
  grid::Grid const grid(MPI_COMM_SELF, axes, grid::decompose(axes, 1));
  spectral::SpectralBox const box(grid, {Basis::cosine}, 0);
  HostField const data("data", 9);
  auto const lines = box.forward_of(data);
  ASSERT_EQ(lines.size(), 9u);
  lines[3] = 1.0;
  EXPECT_EQ(data[3], 0.0);
}

/// Time is never cut: all ranks but one have no points, and no lines.
TEST(SpectralBox, RanksWithoutPointsHaveNoLines) {
  std::vector<grid::Axis> const axes{grid::uniform_axis("t", 9, 0.0, 1.0, false)};
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  grid::Grid const grid(MPI_COMM_WORLD, axes, grid::decompose(axes, ranks));
  for (int const line : {-1, 0}) {
    spectral::SpectralBox const box(grid, {Basis::cosine}, line);
    auto const& lines = box.lines();
    EXPECT_EQ(lines.outer * lines.points * lines.inner, lines.box.size());
    if (line == 0) {
      EXPECT_EQ(lines.outer * lines.inner, grid.local_size() > 0 ? 1 : 0);
    }
    auto const values = random_values(static_cast<std::size_t>(grid.local_size()), 3);
    HostField data("data", values.size());
    std::copy(values.begin(), values.end(), data.data());
    box.forward(data);
    box.backward(data);
    ASSERT_EQ(data.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(data[i], values[i], 1e-13);
  }
}

/// 4096^3 points on 4096 ranks that are not there: boxes with one axis whole, for each axis, tile the grid.
TEST(Pencils, TileAHugeGrid) {
  std::vector<Index> const extents{4096, 4096, 4096};
  for (int whole = 0; whole < 3; ++whole) {
    Index sum = 0, end = 0;
    for (auto const& box : spectral::pencils(extents, whole, 4096)) {
      EXPECT_EQ(box[whole].size(), 4096);
      EXPECT_EQ(box.size(), Index{1} << 24);
      sum += box.size();
      end = std::max(end, ((box[0].upper - 1) * 4096 + box[1].upper - 1) * 4096 + box[2].upper);
    }
    EXPECT_EQ(sum, Index{1} << 36);
    EXPECT_EQ(end, Index{1} << 36);
  }
}

}  // namespace
