#pragma once
/// Axes and direct sums that the tests of this room share.
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "grid/axis.hpp"
#include "mollifier/line_filter.hpp"

namespace mollis::tests {

inline std::vector<mollifier::Kernel> const families{{mollifier::Kernel::Family::bump, 0.0},
                                                     {mollifier::Kernel::Family::polynomial, 9.0},
                                                     {mollifier::Kernel::Family::cosine, 6.0},
                                                     {mollifier::Kernel::Family::gaussian, 0.0}};

/// n points of [lower, upper], crowded by up to a factor 4 towards the lower end.
inline grid::Axis stretched_axis(std::string name, Index n, double lower, double upper) {
  std::vector<double> x;
  for (Index i = 0; i < n; ++i) {
    double const s = static_cast<double>(i) / static_cast<double>(n - 1);
    x.push_back(lower + (upper - lower) * (0.4 * s + 0.6 * s * s));
  }
  return grid::axis_from_coordinates(std::move(name), x, 0.0);
}

/// A periodic axis of unequal spacing.
inline grid::Axis wavy_axis(std::string name, Index n, double period) {
  std::vector<double> x;
  for (Index i = 0; i < n; ++i) {
    double const s = static_cast<double>(i) / static_cast<double>(n);
    x.push_back(period * (s + 0.05 * std::sin(6.283185307179586 * s)));
  }
  return grid::axis_from_coordinates(std::move(name), x, period);
}

inline grid::Axis reflecting(grid::Axis axis, grid::Reflection reflection) {
  axis.reflection = reflection;
  return axis;
}

/// sum_j weight(i, order, j) f(point start(i) + j), indices wrapped on periodic axes.
inline double filtered(mollifier::LineFilter const& filter, Index i, int order, std::function<double(Index)> const& f) {
  double const* weights = filter.row(i, filter.slot(order));
  double sum = 0.0;
  for (Index j = 0; j < filter.width; ++j) {
    Index p = filter.start(i) + j;
    if (filter.periodic) p = ((p % filter.points) + filter.points) % filter.points;
    sum += weights[j] * f(p);
  }
  return sum;
}

/// sum_j |weight| |f|: what rounding is measured against.
inline double magnitude(mollifier::LineFilter const& filter, Index i, int order,
                        std::function<double(Index)> const& f) {
  double const* weights = filter.row(i, filter.slot(order));
  double sum = 0.0;
  for (Index j = 0; j < filter.width; ++j) {
    Index p = filter.start(i) + j;
    if (filter.periodic) p = ((p % filter.points) + filter.points) % filter.points;
    sum += std::abs(weights[j] * f(p));
  }
  return sum;
}

}  // namespace mollis::tests
