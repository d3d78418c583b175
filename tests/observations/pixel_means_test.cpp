// Means over cells: exact on cubics up to the ends, near enough on waves, the transpose by dot products.
#include "observations/pixel_means.hpp"

#include "files.hpp"

namespace mollis::test {
namespace {

using observations::cell_means;

double at_row(mollifier::LineFilter const& filter, Index row, std::vector<double> const& values) {
  double sum = 0.0;
  auto const taps = filter.taps(row, 0);
  auto const n = static_cast<Index>(values.size());
  for (Index k = 0; k < taps.width; ++k) sum += taps.weights[k] * values[static_cast<std::size_t>(((taps.start + k) % n + n) % n)];
  return sum;
}

TEST(PixelMeans, AreExactOnPolynomials) {
  auto const axis = grid::uniform_axis("x", 16, -0.4, 1.2, false);
  for (int const degree : {3, 5}) {
    auto const p = [&](double x) { return 2.0 - x + std::pow(x, degree - 1) - 4.0 * std::pow(x, degree); };
    auto const integral = [&](double x) { return 2.0 * x - x * x / 2.0 + std::pow(x, degree) / degree - 4.0 * std::pow(x, degree + 1) / (degree + 1); };
    std::vector<double> values;
    for (Index i = 0; i < axis.size(); ++i) values.push_back(p(axis.at(i)));
    for (Index const factor : {1, 2, 3, 4, 5, 8}) {
      auto const filter = cell_means(axis, factor);
      double const half = 0.5 * static_cast<double>(factor) * axis.spacing();
      for (Index i = 0; i < axis.size(); ++i) {
        if (degree == 5 && factor > 2 && !filter.interior.contains(i)) continue;  // cubics there
        double const mean = (integral(axis.at(i) + half) - integral(axis.at(i) - half)) / (2.0 * half);
        EXPECT_NEAR(at_row(filter, i, values), mean, 1e-12 * std::max(1.0, std::abs(mean))) << degree << " " << factor << " " << i;
      }
    }
  }
}

TEST(PixelMeans, OfWavesOnAxesThatWrapOrReflect) {
  double const pi = std::acos(-1.0);
  for (int const kind : {0, 1, 2}) {  // periodic, even, odd
    auto axis = grid::uniform_axis("x", 65, 0.0, 2.0 * pi, kind == 0);
    if (kind > 0) axis.reflection = kind == 1 ? grid::Reflection::even : grid::Reflection::odd;
    auto const wave = [&](double x) { return kind == 1 ? std::cos(x) : std::sin(x); };
    std::vector<double> values;
    for (Index i = 0; i < axis.size(); ++i) values.push_back(wave(axis.at(i)));
    for (Index const factor : {1, 4, 7}) {
      double const half = 0.5 * static_cast<double>(factor) * axis.spacing();
      for (Index i = 0; i < axis.size(); ++i)
        EXPECT_NEAR(at_row(cell_means(axis, factor), i, values), wave(axis.at(i)) * std::sin(half) / half, 1e-8) << kind << " " << factor << " " << i;
    }
  }
}

TEST(PixelMeans, HaveTheirTranspose) {
  auto const grid = make_grid({grid::uniform_axis("t", 3, 0.0, 1.0, false), grid::uniform_axis("y", 21, 0.0, 1.0, false), grid::uniform_axis("x", 24, 0.0, 1.0, true)});
  auto const means = observations::make_pixel_means(grid, {2, 4, 3});
  auto const u = sample(grid, [](Coordinates const& x) { return std::sin(31.0 * x[0] + 17.0 * x[1] + 23.0 * x[2]); });
  auto const r = sample(grid, [](Coordinates const& x) { return std::cos(29.0 * x[0] - 37.0 * x[1] + 41.0 * x[2]); });
  auto const dot = [](Field const& a, Field const& b) {
    auto const x = to_vector(a), y = to_vector(b);
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return sum;
  };
  double const one = dot(means->apply({}, u), r), other = dot(u, means->apply_transpose_add(r, {}));
  EXPECT_NEAR(one, other, 1e-11 * std::max(std::abs(one), 1.0));
  EXPECT_GT(std::abs(one), 1e-6);
}

}  // namespace
}  // namespace mollis::test
