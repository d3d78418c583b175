#include "spectral/banded.hpp"

#include <algorithm>

namespace mollis::spectral {

BandedSystems::BandedSystems(Index systems, Index size, Index width)
    : systems_(systems), size_(size), width_(std::min(width, std::max<Index>(size - 1, 0))),
      entries_(static_cast<std::size_t>((systems + lanes - 1) / lanes * lanes * size * (width_ + 1)), 0.0) {}

void BandedSystems::factorise(double floor) {
  scale_ = 0.0;
  for (Index system = 0; system < systems_; ++system)
    for (Index row = 0; row < size_; ++row) scale_ = std::max(scale_, at(system, row, 0));
  if (!(scale_ > 0.0)) scale_ = 1.0;
  for (Index system = systems_; system < groups() * lanes; ++system)  // what fills the last group
    for (Index row = 0; row < size_; ++row) at(system, row, 0) = scale_;
  for (Index group = 0; group < groups(); ++group) factorise_group(group, floor);
  factors_.resize(entries_.size());
  std::transform(entries_.begin(), entries_.end(), factors_.begin(), [](double v) { return static_cast<float>(v); });
  std::vector<double>().swap(entries_);
}

/// Row by row: entries hold L_ij D_j until row i is divided, then L_ij; scale / D_i at offset 0.
void BandedSystems::factorise_group(Index group, double floor) {
  Index const row_size = (width_ + 1) * lanes;
  double* const a = entries_.data() + group * size_ * row_size;
  auto const entry = [&](Index row, Index offset) { return a + row * row_size + offset * lanes; };
  double top[lanes] = {};
  for (Index row = 0; row < size_; ++row)
    for (Index lane = 0; lane < lanes; ++lane) top[lane] = std::max(top[lane], entry(row, 0)[lane]);
  for (Index row = 0; row < size_; ++row)
    for (Index lane = 0; lane < lanes; ++lane) entry(row, 0)[lane] += floor * top[lane];
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
        double const divided = ij[lane] * inverse[lane] / scale_;
        pivot[lane] -= divided * ij[lane];
        ij[lane] = divided;
      }
    }
    for (Index lane = 0; lane < lanes; ++lane) pivot[lane] = scale_ / std::max(pivot[lane], floor * top[lane]);
  }
}

void BandedSystems::solve(Index group, double* x) const {
  Index const row_size = (width_ + 1) * lanes;
  float const* const f = factors_.data() + group * size_ * row_size;
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
    for (Index lane = 0; lane < lanes; ++lane) to[lane] *= static_cast<double>(f[i * row_size + lane]) / scale_;
    Index const reach = std::min(width_, size_ - 1 - i);
    for (Index o = 1; o <= reach; ++o) {
      float const* const l = f + (i + o) * row_size + o * lanes;
      double const* const from = to + o * lanes;
      for (Index lane = 0; lane < lanes; ++lane) to[lane] -= static_cast<double>(l[lane]) * from[lane];
    }
  }
}

}  // namespace mollis::spectral
