#include "estimators/joint/lattice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "run/error.hpp"

namespace mollis::joint {
namespace {

/// Highest order of a derivative of a state along each axis.
std::vector<int> highest_orders(grid::Grid const& grid, equation::System const& system) {
  std::vector<int> highest(static_cast<std::size_t>(grid.dimension()), 0);
  for (auto const& feature : system.features)
    if (feature.kind == equation::Feature::Kind::state)
      for (std::size_t a = 0; a < highest.size(); ++a) highest[a] = std::max(highest[a], feature.order[a]);
  return highest;
}

std::vector<bool> smooth_axes(grid::Grid const& grid, std::vector<int> const& orders, int degree) {
  std::vector<bool> smooth;
  for (int a = 0; a < grid.dimension(); ++a) {
    int const order = orders[static_cast<std::size_t>(a)];
    smooth.push_back(order > 0);
    if (order == 0) continue;
    auto const& axis = grid.axis(a);
    if (degree < order + 3)
      throw run::Error(run::Exit::bad_deck,
                       fmt::format("derivatives of order {} along {} need a degree of at least {}, not {}",
                                   order, axis.name, order + 3 + order % 2, degree),
                       "spline_degree");
    if (axis.size() < degree)
      throw run::Error(run::Exit::bad_deck,
                       fmt::format("splines of degree {} need {} points along {}, the axis has {}",
                                   degree, degree, axis.name, axis.size()),
                       "spline_degree");
  }
  return smooth;
}

std::vector<Index> margins(grid::Grid const& grid, std::vector<bool> const& smooth, int degree) {
  std::vector<Index> margins;
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& axis = grid.axis(a);
    bool const open = !axis.periodic && axis.reflection == grid::Reflection::none;
    margins.push_back(open && smooth[static_cast<std::size_t>(a)] ? (degree - 1) / 2 : 0);
  }
  return margins;
}

}  // namespace

Lattice::Lattice(grid::Grid const& grid, equation::System const& system, int degree)
    : grid_(grid), degree_(degree), orders_(highest_orders(grid, system)), smooth_(smooth_axes(grid, orders_, degree)),
      margins_(margins(grid, smooth_, degree)),
      extended_(grid.extended(margins_)) {
  Extents offset{};
  for (int a = 0; a < grid.dimension(); ++a)
    offset[static_cast<std::size_t>(max_axes - grid.dimension() + a)] =
        grid_.owned()[a].lower + margin(a) - extended_.owned()[a].lower;
  window_ = kernels::window(extended_.owned().extents(), offset);
}

observations::SplineLattice Lattice::splines() const {
  std::vector<int> degrees;
  for (int a = 0; a < grid_.dimension(); ++a) degrees.push_back(is_smooth(a) ? degree_ : 1);
  return {extended_, margins_, degrees};
}

mollifier::Jets Lattice::jets(std::vector<mollifier::Sum> const& sums) const {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < extended_.dimension(); ++a) {
    std::vector<int> orders;
    for (auto const& sum : sums)
      for (auto const& summand : sum) orders.push_back(summand.order[static_cast<std::size_t>(a)]);
    std::sort(orders.begin(), orders.end());
    orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
    auto const& axis = extended_.axis(a);
    filters.push_back(is_smooth(a) ? mollifier::spline_filter(axis, degree_, orders)
                                   : mollifier::moment_filter(axis, {}, {{0, 0}}, 0));
  }
  grid::Box points = extended_.owned();
  for (int a = 0; a < grid_.dimension(); ++a) {
    if (!is_smooth(a)) continue;
    auto const own = grid_.owned()[a];
    points[a] = own.size() > 0 ? grid::Range{own.lower + margin(a), own.upper + margin(a)} : grid::Range{points[a].lower, points[a].lower};
  }
  return {extended_, std::move(filters), sums, points};
}

}  // namespace mollis::joint
