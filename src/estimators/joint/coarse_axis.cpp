#include "estimators/joint/coarse_axis.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::joint {

CoarseAxis::CoarseAxis(problem::CoarseLine const& line)
    : places_(line.places), functions_(line.functions()), periodic_(line.periodic), slow_(line.slow), entries_(static_cast<std::size_t>(places_ * functions_), 0.0) {
  if (line.is_whole())
    for (Index j = 0; j < places_; ++j) entries_[static_cast<std::size_t>(j * functions_ + j)] = 1.0;
  else if (line.slow)
    put_slow();
  else
    put_splines();
}

void CoarseAxis::put_splines() {
  Index const around = periodic_ ? places_ : places_ - 1, gaps = periodic_ ? functions_ : functions_ - 3;
  double const gap = static_cast<double>(around) / static_cast<double>(gaps);
  for (Index j = 0; j < places_; ++j) {
    double* const to = entries_.data() + j * functions_;
    double const x = static_cast<double>(j) / gap;
    Index const first = std::min(static_cast<Index>(x), gaps - 1);
    double const s = x - static_cast<double>(first), r = 1.0 - s;
    double const cubic[4] = {r * r * r / 6.0, (3.0 * s * s * s - 6.0 * s * s + 4.0) / 6.0, (3.0 * r * r * r - 6.0 * r * r + 4.0) / 6.0, s * s * s / 6.0};
    for (Index c = 0; c < 4; ++c) to[(first + c) % functions_] += cubic[c];
  }
}

/// P_c(x), -1 <= x <= 1; around a circle 1, cos, sin, cos of twice the angle, ...
void CoarseAxis::put_slow() {
  constexpr double pi = 3.14159265358979323846;
  for (Index j = 0; j < places_; ++j)
    for (Index c = 0; c < functions_; ++c) {
      auto const number = static_cast<double>((c + 1) / 2);
      double const angle = 2.0 * pi * number * static_cast<double>(j) / static_cast<double>(places_);
      double const x = 2.0 * static_cast<double>(j) / static_cast<double>(std::max<Index>(places_ - 1, 1)) - 1.0;
      double const wave = c % 2 == 1 ? std::cos(angle) : c == 0 ? 1.0 : std::sin(angle);
      entries_[static_cast<std::size_t>(j * functions_ + c)] = periodic_ ? wave : std::legendre(static_cast<unsigned>(c), x);
    }
}

std::vector<double> CoarseAxis::filtered(mollifier::LineFilter const* filter, int order, Index margin, Index points) const {
  std::vector<double> rows(static_cast<std::size_t>(points * functions_), 0.0);
  for (Index i = 0; i < points; ++i) {
    double* const to = rows.data() + i * functions_;
    if (filter == nullptr) {
      std::copy_n(row(i + margin), functions_, to);
      continue;
    }
    double const* const taps = filter->row(i + margin, filter->slot(order));
    Index const start = filter->start(i + margin);
    for (Index j = 0; j < filter->width; ++j) {
      double const* const from = row(((start + j) % places_ + places_) % places_);
      for (Index c = 0; c < functions_ && taps[j] != 0.0; ++c) to[c] += taps[j] * from[c];
    }
  }
  return rows;
}

}  // namespace mollis::joint
