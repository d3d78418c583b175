#include <cmath>
#include <stdexcept>
#include <string>

#include "mollifier/assemble.hpp"

namespace mollis::mollifier {
namespace {

/// D^order of the mollifier of unit discrete mass: eta^(order)(-j / (radius + 1)) / (H^order sum_j eta), with
/// H = (radius + 1) h. Every row is centred.
std::vector<double> sampled(Kernel const& kernel, double spacing, int order, Index radius) {
  double const cells = static_cast<double>(radius + 1);
  std::vector<double> weights;
  double mass = 0.0;
  for (Index j = -radius; j <= radius; ++j) {
    double const s = static_cast<double>(j) / cells;
    mass += kernel(s);
    weights.push_back(kernel.derivative(-s, order));
  }
  double const unit = std::pow(cells * spacing, -order) / mass;
  for (double& w : weights) w *= unit;
  return weights;
}

}  // namespace

void check_analytic(grid::Axis const& axis, Radii const& radii) {
  if (!axis.uniform)
    throw Unfit("filter", "axis " + axis.name + ": sampled derivatives of the kernel need equally spaced points");
  for (auto const& [order, radius] : radii)
    if (order > 0 && radius == 0)
      throw Unfit("radius", "axis " + axis.name + ": a derivative of order " + std::to_string(order) +
                                  " needs a radius of at least 1");
  checked_radius(axis, radii);
}

LineFilter analytic_filter(grid::Axis const& axis, Kernel const& kernel, Radii const& radii) {
  check_analytic(axis, radii);
  Ends const ends = ends_of(axis);
  Index const reach = checked_radius(axis, radii);
  grid::Range valid{0, axis.size()};
  if (ends == Ends::open) valid = {reach, axis.size() - reach};
  return assemble(axis, ends, radii, valid,
                  [&](Index, int order, Index radius) { return sampled(kernel, axis.spacing(), order, radius); });
}

}  // namespace mollis::mollifier
