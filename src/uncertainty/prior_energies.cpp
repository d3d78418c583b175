#include "uncertainty/prior_energies.hpp"

#include <cmath>
#include <complex>

#include "parameters/smoothness.hpp"

namespace mollis::uncertainty {
namespace {

using parameters::LineRoot;
using spectral::Basis;

/// Of a row of R, the sum of entries times exp(i theta offset).
std::complex<double> symbol_of(LineRoot const& root, double theta) {
  std::complex<double> sum = 0.0;
  for (int offset = 0; offset <= root.order(); ++offset) sum += root.at(0, offset) * std::polar(1.0, theta * offset);
  return sum;
}

/// |R c|^2 where all rows are alike: of c = a cos(theta (i + 1/2)), a^2 |E|^2 times the sum of cos^2(theta (j + 1/2) + arg E) over the rows j, E the symbol;
/// of Fourier waves |E|^2.
double of_like_rows(LineRoot const& root, Basis basis, Index k, double theta, Index points) {
  auto const e = symbol_of(root, theta);
  if (basis == Basis::fourier) return std::norm(e);
  auto const rows = static_cast<double>(root.rows());
  if (k == 0) return std::norm(e) * rows / static_cast<double>(points);
  auto const turns = std::polar(1.0, theta) * (1.0 - std::polar(1.0, 2.0 * theta * rows)) / (1.0 - std::polar(1.0, 2.0 * theta));
  return (std::norm(e) * rows + std::real(e * e * turns)) / static_cast<double>(points);
}

/// |R c|^2 of any c.
double of_line(LineRoot const& root, std::vector<double> const& c) {
  double sum = 0.0;
  for (Index row = 0; row < root.rows(); ++row) {
    double value = 0.0;
    for (int offset = 0; offset <= root.order(); ++offset) value += root.at(row, offset) * c[static_cast<std::size_t>(row + offset) % c.size()];
    sum += value * value;
  }
  return sum;
}

/// Coefficient k of an axis as values at its points, orthonormal.
std::vector<double> wave(Basis basis, Index k, double theta, Index points) {
  auto const n = static_cast<double>(points);
  bool const alone = k == 0 || (basis == Basis::fourier && 2 * k == points);   // a wave that no sine goes with
  bool const is_sine = basis == Basis::fourier && 2 * k > points;
  double const shift = basis == Basis::cosine ? 0.5 : 0.0, a = std::sqrt((alone ? 1.0 : 2.0) / n);
  std::vector<double> values;
  for (Index i = 0; i < points; ++i) {
    double const angle = theta * (static_cast<double>(i) + shift);
    values.push_back(a * (is_sine ? std::sin(angle) : std::cos(angle)));
  }
  return values;
}

/// |R c_k|^2 of these coefficients k.
std::vector<double> along(grid::Axis const& axis, LineRoot const& root, Basis basis, grid::Range range) {
  auto const theta = spectral::angles(basis, axis.size());
  std::vector<double> out;
  for (Index k = range.lower; k < range.upper; ++k) {
    double const angle = theta[static_cast<std::size_t>(k)];
    out.push_back(axis.uniform ? of_like_rows(root, basis, k, angle, axis.size()) : of_line(root, wave(basis, k, angle, axis.size())));
  }
  return out;
}

}  // namespace

std::vector<double> prior_energies(grid::Grid const& grid, int order, double weight, spectral::SpectralBox const& box) {
  auto const& lines = box.lines();
  std::vector<double> out(static_cast<std::size_t>(lines.outer * lines.points * lines.inner), 0.0);
  for (auto const& term : parameters::smoothness_terms(grid, order)) {
    std::vector<double> product{weight * term.factor};
    for (int a = 0; a < grid.dimension(); ++a) {
      auto const i = static_cast<std::size_t>(a);
      auto const factors = along(grid.axis(a), LineRoot(grid.axis(a), term.orders[i]), box.bases()[i], lines.box[a]);
      std::vector<double> next;
      next.reserve(product.size() * factors.size());
      for (double const head : product)
        for (double const factor : factors) next.push_back(head * factor);
      product = std::move(next);
    }
    for (std::size_t m = 0; m < out.size() && m < product.size(); ++m) out[m] += product[m];
  }
  return out;
}

}  // namespace mollis::uncertainty
