#include <algorithm>
#include <stdexcept>
#include <string>

#include "mollifier/assemble.hpp"
#include "mollifier/spline_taps.hpp"

namespace mollis::mollifier {
namespace {

/// D^order of the B-spline of `degree` over knots[0 .. degree + 1] at x (right-continuous), by the recursions of de Boor,
/// "A Practical Guide to Splines" (2001), chapters IX and X.
double b_spline(double const* knots, int degree, int order, double x) {
  if (degree == 0) return order == 0 && x >= knots[0] && x < knots[1] ? 1.0 : 0.0;
  if (x < knots[0] || x >= knots[degree + 1]) return 0.0;
  double const left = b_spline(knots, degree - 1, order > 0 ? order - 1 : 0, x) / (knots[degree] - knots[0]);
  double const right = b_spline(knots + 1, degree - 1, order > 0 ? order - 1 : 0, x) / (knots[degree + 1] - knots[1]);
  if (order > 0) return degree * (left - right);
  return (x - knots[0]) * left + (knots[degree + 1] - x) * right;
}

/// x_v - x_row; past the end of an open axis knots go on with the last spacing.
double knot(grid::Axis const& axis, Ends ends, Index row, Index v) {
  if (ends != Ends::open || axis.uniform) return offset(axis, ends, row, v);
  Index const inside = std::min(std::max<Index>(v, 0), axis.size() - 1);
  double const step = v < 0 ? axis.at(1) - axis.at(0) : axis.at(axis.size() - 1) - axis.at(axis.size() - 2);
  return offset(axis, ends, row, inside) + static_cast<double>(v - inside) * step;
}

}  // namespace

Index cell_of(grid::Axis const& axis, double x) {
  Index low = 0, high = axis.size();  // the cell is in [low, high)
  while (high - low > 1) {
    Index const middle = low + (high - low) / 2;
    (axis.coordinate(middle) <= x ? low : high) = middle;
  }
  return axis.periodic ? low : std::min(low, std::max<Index>(axis.size() - 2, 0));
}

SplineTaps spline_taps(grid::Axis const& axis, int degree, Index cell, double x) {
  Ends const ends = ends_of(axis);
  Index const radius = (degree - 1) / 2;
  double const at = x - axis.coordinate(cell);
  auto const order = static_cast<std::size_t>(degree);
  std::vector<double> left(order + 1), right(order + 1), values(order + 1, 0.0);
  values[0] = 1.0;
  for (std::size_t j = 1; j <= order; ++j) {
    auto const v = static_cast<Index>(j);
    left[j] = at - knot(axis, ends, cell, cell + 1 - v);
    right[j] = knot(axis, ends, cell, cell + v) - at;
    double saved = 0.0;
    for (std::size_t r = 0; r < j; ++r) {
      double const share = values[r] / (right[r + 1] + left[j - r]);
      values[r] = saved + right[r + 1] * share;
      saved = left[j - r] * share;
    }
    values[j] = saved;
  }
  SplineTaps taps;
  for (std::size_t k = 0; k <= order; ++k) {
    auto const tap = folded(ends, axis.size(), cell - radius + static_cast<Index>(k));
    taps.points.push_back(tap.point);
    taps.weights.push_back(tap.sign * values[k]);
  }
  return taps;
}

LineFilter spline_filter(grid::Axis const& axis, int degree, std::vector<int> const& orders) {
  if (degree < 1 || degree % 2 == 0) throw std::invalid_argument("a spline mollifier needs an odd degree");
  Index const radius = (degree - 1) / 2;
  Radii radii;
  for (int const order : orders) {
    if (order > degree - 1)
      throw std::invalid_argument("axis " + axis.name + ": splines of degree " + std::to_string(degree) +
                                  " have no continuous derivative of order " + std::to_string(order));
    radii.emplace_back(order, radius);
  }
  Ends const ends = ends_of(axis);
  grid::Range valid{0, axis.size()};
  if (ends == Ends::open) valid = {radius, axis.size() - radius};
  return assemble(axis, ends, radii, valid, [&](Index row, int order, Index) {
    std::vector<double> weights;
    for (Index j = -radius; j <= radius; ++j) {
      std::vector<double> knots;
      for (Index k = j - radius - 1; k <= j + radius + 1; ++k) knots.push_back(knot(axis, ends, row, row + k));
      weights.push_back(b_spline(knots.data(), degree, order, 0.0));
    }
    return weights;
  });
}

}  // namespace mollis::mollifier
