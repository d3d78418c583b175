#include "mollifier/moment_row.hpp"

#include <algorithm>
#include <cmath>

#include "mollifier/local_fit.hpp"

namespace mollis::mollifier {
namespace {

/// True where the points at these offsets are enough and hold 0 or lie on both sides of it.
bool determined(std::vector<double> const& offsets, int order) {
  if (static_cast<int>(offsets.size()) <= order) return false;
  bool left = false, right = false;
  for (double const d : offsets) {
    left = left || d <= 0.0;
    right = right || d >= 0.0;
  }
  return left && right;
}

}  // namespace

std::vector<double> moment_row(grid::Axis const& axis, Ends ends, MomentFit const& fit, Index row, int order,
                               Index radius, std::function<bool(Index)> const& exists) {
  if (radius == 0) return exists(row) ? std::vector<double>{1.0} : std::vector<double>();
  grid::Range const taps = window(axis, ends, row, radius);
  double farthest = 0.0;
  std::vector<double> offsets;
  std::vector<std::size_t> at;
  for (Index v = taps.lower; v < taps.upper; ++v) {
    double const d = offset(axis, ends, row, v);
    farthest = std::max(farthest, std::abs(d));
    if (!exists(v)) continue;
    offsets.push_back(d);
    at.push_back(static_cast<std::size_t>(v - taps.lower));
  }
  if (!determined(offsets, order)) return {};
  double const reach = static_cast<double>(std::max(row - taps.lower, taps.upper - 1 - row));
  double const support = farthest * (reach + 1.0) / reach;
  std::vector<double> importance;
  for (double const d : offsets) importance.push_back(fit.kernel(d / support));
  auto const fitted = local_fit(offsets, importance, std::min(fit.degree, static_cast<int>(offsets.size()) - 1), order);
  std::vector<double> weights(static_cast<std::size_t>(taps.size()), 0.0);
  for (std::size_t j = 0; j < at.size(); ++j) weights[at[j]] = fitted[j];
  return weights;
}

}  // namespace mollis::mollifier
