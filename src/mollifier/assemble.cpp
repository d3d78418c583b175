#include "mollifier/assemble.hpp"

#include <algorithm>
#include <stdexcept>

namespace mollis::mollifier {
namespace {

/// Removes rounding: even orders are even, odd orders are odd.
void symmetrise(double* row, Index width, int order) {
  double const sign = order % 2 == 0 ? 1.0 : -1.0;
  for (Index j = 0; 2 * j < width; ++j) {
    double const mean = 0.5 * (row[j] + sign * row[width - 1 - j]);
    row[j] = mean;
    row[width - 1 - j] = sign * mean;
  }
}

/// The row far from any end: on open axes the fit in the middle of the axis, whatever stands past the ends.
void put_interior(LineFilter& filter, Radii const& radii, Stencil const& stencil) {
  Index const middle = filter.points / 2, half = (filter.width - 1) / 2;
  filter.interior_row.assign(filter.orders.size() * static_cast<std::size_t>(filter.width), 0.0);
  for (std::size_t k = 0; k < radii.size(); ++k) {
    auto const [order, radius] = radii[k];
    auto const weights = stencil(middle, order, radius);
    double* row = filter.interior_row.data() + static_cast<Index>(k) * filter.width;
    std::copy(weights.begin(), weights.end(), row + half - radius);
    symmetrise(row, filter.width, order);
  }
}

void put_edges(LineFilter& filter, grid::Axis const& axis, Ends ends, Radii const& radii, Stencil const& stencil) {
  Index const edges = filter.points - filter.interior.size();
  filter.edge_rows.assign(static_cast<std::size_t>(edges * filter.width) * radii.size(), 0.0);
  double* out = filter.edge_rows.data();
  for (Index i = 0; i < filter.points; ++i) {
    if (filter.interior.contains(i)) continue;
    for (auto const& [order, radius] : radii) {
      if (filter.valid.contains(i)) {
        put_row(filter, ends, i, window(axis, ends, i, radius), stencil(i, order, radius), out);
      }
      out += filter.width;
    }
  }
}

}  // namespace

Ends ends_of(grid::Axis const& axis) {
  if (axis.periodic) return Ends::wrapped;
  if (axis.reflection == grid::Reflection::even) return Ends::even;
  return axis.reflection == grid::Reflection::odd ? Ends::odd : Ends::open;
}

grid::Range window(grid::Axis const& axis, Ends ends, Index row, Index radius) {
  Index lower = row - radius;
  if (ends == Ends::open) lower = std::max<Index>(0, std::min(lower, axis.size() - (2 * radius + 1)));
  return {lower, lower + 2 * radius + 1};
}

double offset(grid::Axis const& axis, Ends ends, Index row, Index v) {
  if (v == row) return 0.0;
  if (axis.uniform) return static_cast<double>(v - row) * axis.spacing();
  auto const x = [&](Index i) { return axis.coordinate(i); };
  Index const last = axis.size() - 1;
  if (ends == Ends::wrapped) return axis.at(v) - x(row);
  if (v < 0) return (x(0) - x(-v)) + (x(0) - x(row));
  if (v > last) return (x(last) - x(2 * last - v)) + (x(last) - x(row));
  return x(v) - x(row);
}

Index checked_radius(grid::Axis const& axis, Radii const& radii) {
  Index largest = 0;
  for (std::size_t k = 0; k < radii.size(); ++k) {
    auto const [order, radius] = radii[k];
    if (order < 0 || radius < 0) throw std::invalid_argument("axis " + axis.name + ": negative order or radius");
    if (k > 0 && order <= radii[k - 1].first)
      throw std::invalid_argument("axis " + axis.name + ": derivative orders must increase");
    largest = std::max(largest, radius);
  }
  if (2 * largest + 1 > axis.size())
    throw Unfit("radius", "axis " + axis.name + ": radius " + std::to_string(largest) + " needs " +
                                std::to_string(2 * largest + 1) + " points, the axis has " +
                                std::to_string(axis.size()) + "; use a radius of at most " +
                                std::to_string((axis.size() - 1) / 2));
  return largest;
}

Tap folded(Ends ends, Index points, Index v) {
  if (ends != Ends::even && ends != Ends::odd) return {v, 1.0};
  Index const last = points - 1;
  double const sign = ends == Ends::even ? 1.0 : -1.0;
  if (v < 0) return {-v, sign};
  if (v > last) return {2 * last - v, sign};
  return {v, ends == Ends::odd && (v == 0 || v == last) ? 0.0 : 1.0};
}

void put_row(LineFilter const& filter, Ends ends, Index row, grid::Range taps, std::vector<double> const& weights,
             double* out) {
  Index const start = filter.start(row);
  for (Index v = taps.lower; v < taps.upper; ++v) {
    Tap const tap = folded(ends, filter.points, v);
    out[tap.point - start] += tap.sign * weights[static_cast<std::size_t>(v - taps.lower)];
  }
}

LineFilter assemble(grid::Axis const& axis, Ends ends, Radii const& radii, grid::Range valid, Stencil const& stencil) {
  Index const reach = checked_radius(axis, radii), n = axis.size();
  LineFilter filter;
  filter.points = n;
  for (auto const& entry : radii) filter.orders.push_back(entry.first);
  filter.width = 2 * reach + 1;
  filter.periodic = axis.periodic;
  filter.valid = valid;
  filter.interior = {0, 0};
  if (axis.uniform || reach == 0) {
    Index const edge = ends == Ends::odd ? reach + 1 : reach;  // no row of the interior reads an odd function's end point
    filter.interior = axis.periodic ? grid::Range{0, n} : grid::Range{edge, std::max(edge, n - edge)};
    put_interior(filter, radii, stencil);
  }
  put_edges(filter, axis, ends, radii, stencil);
  return filter;
}

}  // namespace mollis::mollifier
