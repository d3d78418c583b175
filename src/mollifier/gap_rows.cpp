#include "mollifier/gap_rows.hpp"

#include <algorithm>
#include <cmath>

#include "mollifier/local_fit.hpp"

namespace mollis::mollifier {
namespace {

constexpr double tolerable = 100.0;  ///< standard deviation of a row over that of the row without gaps

using Exists = std::function<bool(Index)>;

/// Weights of each order on the points of `window`, 0 where none exists; empty where too few do.
std::vector<std::vector<double>> fitted(grid::Axis const& axis, Ends ends, MomentFit const& fit, Index row, std::vector<int> const& orders,
                                        grid::Range window, Exists const& exists) {
  std::vector<double> offsets;
  std::vector<std::size_t> at;
  double farthest = 0.0;
  for (Index v = window.lower; v < window.upper; ++v) {
    double const d = offset(axis, ends, row, v);
    farthest = std::max(farthest, std::abs(d));
    if (!exists(v)) continue;
    offsets.push_back(d);
    at.push_back(static_cast<std::size_t>(v - window.lower));
  }
  if (static_cast<int>(offsets.size()) <= fit.degree) return {};
  double const reach = static_cast<double>(std::max(row - window.lower, window.upper - 1 - row));
  double const support = farthest * (reach + 1.0) / reach;
  std::vector<double> importance;
  for (double const d : offsets) importance.push_back(fit.kernel(d / support));
  std::vector<std::vector<double>> all;
  for (auto const& weights : local_fits(offsets, importance, fit.degree, orders)) {
    all.emplace_back(static_cast<std::size_t>(window.size()), 0.0);
    for (std::size_t j = 0; j < at.size(); ++j) all.back()[at[j]] = weights[j];
  }
  return all;
}

double square_of(std::vector<double> const& weights) {
  double sum = 0.0;
  for (double const w : weights) sum += w * w;
  return sum;
}

}  // namespace

GapRows::GapRows(grid::Axis const& axis, LineFilter const& filter, MomentFit const& fit, Radii radii)
    : axis_(axis), ends_(ends_of(axis)), filter_(filter), fit_(fit), radii_(std::move(radii)) {}

grid::Range GapRows::window_at(Index row, Index radius, Exists const& exists) const {
  Index left = radius, right = radius;
  while (left > 0 && !exists(row - left)) --left;
  while (right > 0 && !exists(row + right)) --right;
  grid::Range window{row - left, row + right + 1};
  if (left < radius && right == radius) window.upper += radius - left;
  if (right < radius && left == radius) window.lower -= radius - right;
  while (window.upper > row + 1 && !exists(window.upper - 1)) --window.upper;
  while (window.lower < row && !exists(window.lower)) ++window.lower;
  return window;
}

GapRows::Place GapRows::at(Index row, Exists const& given) {
  Index const n = axis_.size();
  bool const bounded = ends_ == Ends::open;
  Exists const exists = [&](Index v) {
    if (bounded && (v < 0 || v >= n)) return false;
    Tap const tap = folded(ends_, n, v);
    return tap.sign == 0.0 || given(tap.point);
  };
  std::vector<grid::Range> windows;
  grid::Range all{row, row + 1};
  for (auto const& entry : radii_) {
    windows.push_back(window_at(row, entry.second, exists));
    if (bounded) windows.back() = {std::max<Index>(windows.back().lower, 0), std::min(windows.back().upper, n)};
    all = {std::min(all.lower, windows.back().lower), std::max(all.upper, windows.back().upper)};
  }
  bool const mirrored = ends_ == Ends::even || ends_ == Ends::odd;
  bool const folds = mirrored && (all.lower <= 0 || all.upper >= n);
  grid::Range taps = all;
  if (folds) {
    taps = {row, row + 1};
    for (Index v = all.lower; v < all.upper; ++v) {
      Index const point = folded(ends_, n, v).point;
      taps = {std::min(taps.lower, point), std::max(taps.upper, point + 1)};
    }
  }
  std::string pattern = std::to_string(all.lower - row) + (axis_.uniform && !folds ? ":" : "@" + std::to_string(row) + ":");
  for (Index v = all.lower; v < all.upper; ++v) pattern += exists(v) ? '1' : '0';
  auto const [entry, is_new] = known_.try_emplace(pattern, -1);
  if (is_new && append(row, windows, taps, exists)) entry->second = static_cast<Index>(counts_.size()) - 1;
  return {entry->second, taps.lower};
}

/// Stores the row; false where it is undefined.
bool GapRows::append(Index row, std::vector<grid::Range> const& windows, grid::Range taps, Exists const& exists) {
  std::vector<double> block(radii_.size() * static_cast<std::size_t>(taps.size()), 0.0);
  std::vector<int> orders{0};  // the value first: it tells whether a missing point is interpolated
  for (auto const& entry : radii_) orders.push_back(entry.first);
  std::vector<std::vector<double>> fits;
  for (std::size_t k = 0; k < radii_.size(); ++k) {
    auto const window = windows[k];
    bool const copies = radii_[k].second == 0;
    if (copies && !exists(row)) return false;
    if (!copies && (fits.empty() || radii_[k].second != radii_[k - 1].second)) {
      fits = fitted(axis_, ends_, fit_, row, orders, window, exists);
      if (fits.empty()) return false;
      bool const one_sided = window.lower == row || window.upper == row + 1;
      if (!exists(row) && (one_sided || !(square_of(fits.front()) <= 1.0))) return false;
    }
    auto const weights = copies ? std::vector<double>{1.0} : fits[k + 1];
    double* const out = block.data() + k * static_cast<std::size_t>(taps.size());
    for (Index v = window.lower; v < window.upper; ++v) {
      Tap const tap = folded(ends_, axis_.size(), v);
      if (tap.sign != 0.0) out[tap.point - taps.lower] += tap.sign * weights[static_cast<std::size_t>(v - window.lower)];
    }
    int const slot = static_cast<int>(k);
    if (!(square_of({out, out + taps.size()}) <= tolerable * tolerable * filter_.gram(row, slot, slot))) return false;
  }
  counts_.push_back(taps.size());
  offsets_.push_back(static_cast<Index>(weights_.size()));
  weights_.insert(weights_.end(), block.begin(), block.end());
  return true;
}

}  // namespace mollis::mollifier
