#include "estimators/equation_error/line_modes.hpp"

#include <algorithm>
#include <numeric>

#include "spectral/eigen.hpp"

namespace mollis::equation_error {
namespace {

using spectral::Basis;

/// Eigenvectors of the form of order q, as columns.
spectral::Modes eigenvectors(grid::Axis const& axis, int order) {
  auto const n = static_cast<std::size_t>(axis.size());
  parameters::LineForm const form(axis, order);
  std::vector<double> matrix(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (int o = -form.band(); o <= form.band(); ++o) {
      Index const j = static_cast<Index>(i) + o;
      if (!axis.periodic && (j < 0 || j >= axis.size())) continue;
      matrix[i * n + static_cast<std::size_t>((j + axis.size()) % axis.size())] += form.at(static_cast<Index>(i), o);
    }
  auto const eigen = spectral::is_reflected(matrix, n) ? spectral::reflected_eigen(matrix, n) : spectral::symmetric_eigen(matrix, n);
  auto columns = std::make_shared<std::vector<double>>(n * n);
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i) (*columns)[i * n + k] = eigen.vectors[k * n + i];
  return columns;
}

}  // namespace

LineModes::LineModes(grid::Axis const& axis, int order)
    : axis_(axis), basis_(axis.periodic ? Basis::fourier : Basis::cosine), smoothest_(static_cast<std::size_t>(axis.size())) {
  bool const fast = axis.uniform && (axis.periodic || order == 1);
  if (!fast && axis.size() > order && axis.size() <= longest) {
    basis_ = Basis::modes;
    matrix_ = eigenvectors(axis, order);
  }
  std::iota(smoothest_.begin(), smoothest_.end(), Index{0});
  if (basis_ != Basis::fourier) return;
  Index const n = axis.size();
  std::stable_sort(smoothest_.begin(), smoothest_.end(), [n](Index a, Index b) { return std::min(a, n - a) < std::min(b, n - b); });
}

std::vector<double> LineModes::mode(Index k) const {
  auto const n = static_cast<std::size_t>(size());
  std::vector<double> values(n, 0.0);
  if (matrix_) {
    for (std::size_t i = 0; i < n; ++i) values[i] = (*matrix_)[i * n + static_cast<std::size_t>(k)];
    return values;
  }
  values[static_cast<std::size_t>(k)] = 1.0;
  spectral::make_line_transform(basis_, 1, size(), 1)->backward(values.data());
  return values;
}

std::vector<double> applied(parameters::LineRoot const& root, std::vector<double> const& values) {
  auto const n = static_cast<Index>(values.size());
  std::vector<double> out(static_cast<std::size_t>(root.rows()), 0.0);
  for (Index i = 0; i < root.rows(); ++i)
    for (int o = 0; o <= root.order(); ++o)
      out[static_cast<std::size_t>(i)] += root.at(i, o) * values[static_cast<std::size_t>((i + o) % n)];
  return out;
}

std::vector<double> applied(mollifier::LineFilter const& filter, int order, std::vector<double> const& values) {
  auto const n = static_cast<Index>(values.size());
  std::vector<double> out(values.size(), 0.0);
  int const slot = filter.slot(order);
  for (Index i = 0; i < n; ++i) {
    double const* const taps = filter.row(i, slot);
    Index const start = filter.start(i);
    for (Index j = 0; j < filter.width; ++j)
      out[static_cast<std::size_t>(i)] += taps[j] * values[static_cast<std::size_t>((start + j + n) % n)];
  }
  return out;
}

}  // namespace mollis::equation_error
