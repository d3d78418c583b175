#include "uncertainty/curve_bends.hpp"

#include <algorithm>
#include <cmath>

#include "spectral/eigen.hpp"

namespace mollis::uncertainty {
namespace {

constexpr double null = 1e-9;        ///< of eigenvalues of E E^T, which are between 0.05 and 2 else
constexpr double rounding = 1e-12;   ///< of the largest eigenvalue of a covariance

/// M A M^T, M of `rows` rows.
std::vector<double> congruent(std::vector<double> const& m, std::vector<double> const& a, std::size_t rows, std::size_t n) {
  std::vector<double> half(rows * n, 0.0), out(rows * rows, 0.0);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t j = 0; j < n; ++j) half[i * n + j] += m[i * n + k] * a[k * n + j];
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < rows; ++j)
      for (std::size_t k = 0; k < n; ++k) out[i * rows + j] += half[i * n + k] * m[j * n + k];
  return out;
}

/// Orthonormal rows L with L E = 0.
std::vector<double> complement(std::vector<double> const& e, std::size_t rows, std::size_t columns) {
  std::vector<double> square(rows * rows, 0.0);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < rows; ++j)
      for (std::size_t k = 0; k < columns; ++k) square[i * rows + j] += e[i * columns + k] * e[j * columns + k];
  auto const eigen = spectral::symmetric_eigen(square, rows);
  std::vector<double> out;
  for (std::size_t v = 0; v < rows && eigen.values[v] < null; ++v)
    out.insert(out.end(), eigen.vectors.begin() + static_cast<std::ptrdiff_t>(v * rows), eigen.vectors.begin() + static_cast<std::ptrdiff_t>((v + 1) * rows));
  return out;
}

/// y^T A^-1 y, over what A determines.
double whitened_square(std::vector<double> const& y, std::vector<double> const& a) {
  auto const eigen = spectral::symmetric_eigen(a, y.size());
  double sum = 0.0;
  for (std::size_t v = 0; v < y.size(); ++v) {
    if (eigen.values[v] <= rounding * eigen.values.back()) continue;
    double along = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) along += eigen.vectors[v * y.size() + i] * y[i];
    sum += along * along / eigen.values[v];
  }
  return sum;
}

/// A normal variable as improbable as F of d and f degrees of freedom.
double normal_of(double f_value, double d, double f) {
  double const a = 2.0 / (9.0 * d), b = 2.0 / (9.0 * f), root = std::cbrt(f_value);
  return ((1.0 - b) * root - (1.0 - a)) / std::sqrt(b * root * root + a);
}

}  // namespace

std::vector<double> halving(int coarse) {
  int const fine = 2 * coarse - 3;
  std::vector<double> e(static_cast<std::size_t>(fine * coarse), 0.0);
  auto const at = [&](int j, int k) -> double& { return e[static_cast<std::size_t>(j * coarse + k)]; };
  for (int j = 0; j < fine; ++j) {
    int const k = (j + 1) / 2;
    if (j % 2 == 0) {
      at(j, k) = at(j, k + 1) = 0.5;
    } else {
      at(j, k - 1) = at(j, k + 1) = 0.125;
      at(j, k) = 0.75;
    }
  }
  return e;
}

double bends(std::vector<double> const& fine, std::vector<double> const& covariance, int draws) {
  std::size_t const m = fine.size(), n = (m + 3) / 2;
  auto const whole = halving(static_cast<int>(n));
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < m; ++i)
    if (std::isfinite(covariance[i * m + i])) known.push_back(i);
  std::size_t const rows = known.size();
  std::vector<double> e, c;
  for (auto const i : known) {
    e.insert(e.end(), whole.begin() + static_cast<std::ptrdiff_t>(i * n), whole.begin() + static_cast<std::ptrdiff_t>((i + 1) * n));
    for (auto const j : known) c.push_back(covariance[i * m + j]);
  }
  auto const l = complement(e, rows, n);
  if (l.empty() || !std::all_of(c.begin(), c.end(), [](double value) { return std::isfinite(value); })) return 0.0;
  std::size_t const d = l.size() / rows;
  std::vector<double> y(d, 0.0);
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t k = 0; k < rows; ++k) y[i] += l[i * rows + k] * fine[known[k]];
  double const square = whitened_square(y, congruent(l, c, d, rows)), freedom = static_cast<double>(d);
  if (draws == 0) return std::max(normal_of(square / freedom, freedom, 1e9), 0.0);
  double const left = draws - freedom + 1.0;
  return left > 0.0 ? std::max(normal_of(square * left / (draws * freedom), freedom, left), 0.0) : 0.0;
}

}  // namespace mollis::uncertainty
