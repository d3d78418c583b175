#include "spectral/banded.hpp"

#include <algorithm>

namespace mollis::spectral {

BandedSystems::BandedSystems(Index systems, Index size, Index width)
    : systems_(systems), size_(size), width_(std::min(width, std::max<Index>(size - 1, 0))),
      scale_(static_cast<std::size_t>(groups()), 1.0), factors_(static_cast<std::size_t>(groups() * lanes * size_ * (width_ + 1))) {}

void BandedSystems::clear() { entries_.assign(static_cast<std::size_t>(lanes * size_ * (width_ + 1)), 0.0); }

/// Row by row: entries hold L_ij D_j until row i is divided, then L_ij; scale / D_i at offset 0.
void BandedSystems::factorise(Index group, double floor) {
  Index const row_size = (width_ + 1) * lanes, filled = std::min(lanes, systems_ - group * lanes);
  double* const a = entries_.data();
  auto const entry = [&](Index row, Index offset) { return a + row * row_size + offset * lanes; };
  double scale = 0.0;
  for (Index row = 0; row < size_; ++row)
    for (Index lane = 0; lane < filled; ++lane) scale = std::max(scale, entry(row, 0)[lane]);
  if (!(scale > 0.0)) scale = 1.0;
  scale_[static_cast<std::size_t>(group)] = scale;
  for (Index row = 0; row < size_; ++row)  // what fills the last group
    for (Index lane = filled; lane < lanes; ++lane) entry(row, 0)[lane] = scale;
  std::vector<double> least(static_cast<std::size_t>(size_ * lanes));  // pivots: by each row's own size, as rounding is
  for (Index row = 0; row < size_; ++row)
    for (Index lane = 0; lane < lanes; ++lane) {
      double const own = floor * std::max(entry(row, 0)[lane], 0.0);
      least[static_cast<std::size_t>(row * lanes + lane)] = own > 0.0 ? own : floor * scale;
      entry(row, 0)[lane] += own;
    }
  for (Index i = 0; i < size_; ++i) {
    Index const first = std::max<Index>(0, i - width_);
    double* const pivot = entry(i, 0);
    for (Index j = first; j < i; ++j) {
      double* const ij = entry(i, i - j);
      for (Index k = std::max(first, j - width_); k < j; ++k) {
        double const *const ik = entry(i, i - k), *const jk = entry(j, j - k);
        for (Index lane = 0; lane < lanes; ++lane) ij[lane] -= ik[lane] * jk[lane];
      }
    }
    for (Index j = first; j < i; ++j) {
      double* const ij = entry(i, i - j);
      double const* const inverse = entry(j, 0);
      for (Index lane = 0; lane < lanes; ++lane) {
        double const divided = ij[lane] * inverse[lane] / scale;
        pivot[lane] -= divided * ij[lane];
        ij[lane] = divided;
      }
    }
    for (Index lane = 0; lane < lanes; ++lane) pivot[lane] = scale / std::max(pivot[lane], least[static_cast<std::size_t>(i * lanes + lane)]);
  }
  std::transform(entries_.begin(), entries_.end(), factors_.begin() + group * size_ * row_size,
                 [](double v) { return static_cast<float>(v); });
}

void BandedSystems::solve(Index group, double* x) const {
  Index const row_size = (width_ + 1) * lanes;
  float const* const f = factors_.data() + group * size_ * row_size;
  double const scale = scale_[static_cast<std::size_t>(group)];
  for (Index i = 0; i < size_; ++i) {
    double* const to = x + i * lanes;
    Index const reach = std::min(width_, i);
    for (Index o = 1; o <= reach; ++o) {
      float const* const l = f + i * row_size + o * lanes;
      double const* const from = to - o * lanes;
      for (Index lane = 0; lane < lanes; ++lane) to[lane] -= static_cast<double>(l[lane]) * from[lane];
    }
  }
  for (Index i = size_; i-- > 0;) {
    double* const to = x + i * lanes;
    for (Index lane = 0; lane < lanes; ++lane) to[lane] *= static_cast<double>(f[i * row_size + lane]) / scale;
    Index const reach = std::min(width_, size_ - 1 - i);
    for (Index o = 1; o <= reach; ++o) {
      float const* const l = f + (i + o) * row_size + o * lanes;
      double const* const from = to + o * lanes;
      for (Index lane = 0; lane < lanes; ++lane) to[lane] -= static_cast<double>(l[lane]) * from[lane];
    }
  }
}

}  // namespace mollis::spectral
