#include "estimators/joint/coarse_axis.hpp"

#include <algorithm>

#include "problem/coarse_lattice.hpp"

namespace mollis::joint {

CoarseAxis::CoarseAxis(grid::Axis const& fine, double ratio)
    : places_(fine.size()), splines_(problem::coarse_splines({places_, fine.periodic}, ratio)), periodic_(fine.periodic) {
  bool const all = splines_ == places_;
  Index const around = periodic_ ? places_ : places_ - 1, gaps = periodic_ ? splines_ : splines_ - 3;
  entries_.assign(static_cast<std::size_t>(places_ * splines_), 0.0);
  double const gap = static_cast<double>(around) / static_cast<double>(gaps);
  for (Index j = 0; j < places_; ++j) {
    double* const to = entries_.data() + j * splines_;
    if (all) {
      to[j] = 1.0;
      continue;
    }
    double const x = static_cast<double>(j) / gap;
    Index const first = std::min(static_cast<Index>(x), gaps - 1);
    double const s = x - static_cast<double>(first), r = 1.0 - s;
    double const cubic[4] = {r * r * r / 6.0, (3.0 * s * s * s - 6.0 * s * s + 4.0) / 6.0, (3.0 * r * r * r - 6.0 * r * r + 4.0) / 6.0, s * s * s / 6.0};
    for (Index c = 0; c < 4; ++c) to[(first + c) % splines_] += cubic[c];
  }
}

std::vector<double> CoarseAxis::filtered(mollifier::LineFilter const* filter, int order, Index margin, Index points) const {
  std::vector<double> rows(static_cast<std::size_t>(points * splines_), 0.0);
  for (Index i = 0; i < points; ++i) {
    double* const to = rows.data() + i * splines_;
    if (filter == nullptr) {
      std::copy_n(row(i + margin), splines_, to);
      continue;
    }
    double const* const taps = filter->row(i + margin, filter->slot(order));
    Index const start = filter->start(i + margin);
    for (Index j = 0; j < filter->width; ++j) {
      double const* const from = row(((start + j) % places_ + places_) % places_);
      for (Index c = 0; c < splines_ && taps[j] != 0.0; ++c) to[c] += taps[j] * from[c];
    }
  }
  return rows;
}

}  // namespace mollis::joint
