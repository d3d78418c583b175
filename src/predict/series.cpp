#include "predict/series.hpp"

#include <algorithm>

namespace mollis::predict {

Series::Series(std::vector<double> times, Field const& frames)
    : times_(std::move(times)), size_(frames.extent(0) / times_.size()), values_("series", frames.extent(0)) {
  Kokkos::deep_copy(values_, frames);
}

double Series::slope(std::size_t frame, std::size_t point) const {
  std::size_t const last = times_.size() - 1;
  auto const rise = [&](std::size_t i) { return (value(i + 1, point) - value(i, point)) / (times_[i + 1] - times_[i]); };
  if (last == 1) return rise(0);
  std::size_t const middle = std::clamp<std::size_t>(frame, 1, last - 1);   // of the three
  double const before = times_[middle] - times_[middle - 1], after = times_[middle + 1] - times_[middle];
  double const curvature = (rise(middle) - rise(middle - 1)) / (before + after);
  return rise(middle - 1) + curvature * (2.0 * times_[frame] - times_[middle - 1] - times_[middle]);
}

Field Series::at(double t, int derivative) const {
  Field const out("series", size_);
  auto const host = Kokkos::create_mirror_view(out);
  bool const inside = times_.size() > 1 && t >= times_.front() && t <= times_.back();
  auto const next = static_cast<std::size_t>(std::upper_bound(times_.begin(), times_.end(), t) - times_.begin());
  std::size_t const i = std::clamp<std::size_t>(next, 1, std::max<std::size_t>(times_.size() - 1, 1)) - 1;
  std::size_t const held = t < times_.front() ? 0 : times_.size() - 1;
  for (std::size_t p = 0; p < size_; ++p) {
    if (!inside) {
      host(p) = derivative == 0 ? value(held, p) : 0.0;
      continue;
    }
    double const h = times_[i + 1] - times_[i], s = (t - times_[i]) / h;
    double const a = value(i, p), b = value(i + 1, p), u = h * slope(i, p), v = h * slope(i + 1, p);
    double const c = 3.0 * (b - a) - 2.0 * u - v, d = 2.0 * (a - b) + u + v;   // a + u s + c s^2 + d s^3
    host(p) = derivative == 0 ? a + s * (u + s * (c + s * d)) : (u + s * (2.0 * c + 3.0 * s * d)) / h;
  }
  Kokkos::deep_copy(out, host);
  return out;
}

}  // namespace mollis::predict
