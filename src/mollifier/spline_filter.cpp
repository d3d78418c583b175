#include <stdexcept>
#include <string>

#include "mollifier/assemble.hpp"

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

}  // namespace

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
  // Past the end of an open axis, knots go on with the last spacing.
  auto const knot = [&](Index row, Index v) {
    if (ends != Ends::open || axis.uniform) return offset(axis, ends, row, v);
    Index const inside = std::min(std::max<Index>(v, 0), axis.size() - 1);
    double const step = v < 0 ? axis.at(1) - axis.at(0) : axis.at(axis.size() - 1) - axis.at(axis.size() - 2);
    return offset(axis, ends, row, inside) + static_cast<double>(v - inside) * step;
  };
  return assemble(axis, ends, radii, valid, [&](Index row, int order, Index) {
    std::vector<double> weights;
    for (Index j = -radius; j <= radius; ++j) {
      std::vector<double> knots;
      for (Index k = j - radius - 1; k <= j + radius + 1; ++k) knots.push_back(knot(row, row + k));
      weights.push_back(b_spline(knots.data(), degree, order, 0.0));
    }
    return weights;
  });
}

}  // namespace mollis::mollifier
