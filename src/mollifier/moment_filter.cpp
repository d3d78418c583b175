#include <stdexcept>
#include <string>

#include "mollifier/moment_row.hpp"

namespace mollis::mollifier {

void check_moment(grid::Axis const& axis, Radii const& radii, int degree) {
  for (auto const& [order, radius] : radii) {
    if (order == 0 && radius == 0) continue;
    std::string const where = "axis " + axis.name + ": ";
    if (order > degree)
      throw Unfit("degree", where + "a derivative of order " + std::to_string(order) +
                                  " needs a local polynomial of degree at least " + std::to_string(order) + ", not " +
                                  std::to_string(degree));
    if (2 * ((degree + 1) / 2) >= axis.size())
      throw Unfit("degree", where + "its " + std::to_string(axis.size()) + " points are too few for local polynomials of degree " + std::to_string(degree) +
                                "; choose a degree of at most " + std::to_string(2 * ((axis.size() - 1) / 2)));
    if (2 * radius + 1 < degree + 1)
      throw Unfit("radius", where + "radius " + std::to_string(radius) + " is too small for degree " +
                                  std::to_string(degree) + "; use a radius of at least " +
                                  std::to_string((degree + 1) / 2));
  }
  checked_radius(axis, radii);
}

LineFilter moment_filter(grid::Axis const& axis, Kernel const& kernel, Radii const& radii, int degree) {
  check_moment(axis, radii, degree);
  Ends const ends = ends_of(axis);
  return assemble(axis, ends, radii, {0, axis.size()}, [&](Index row, int order, Index radius) {
    return moment_row(axis, ends, {kernel, degree}, row, order, radius, [](Index) { return true; });
  });
}

}  // namespace mollis::mollifier
