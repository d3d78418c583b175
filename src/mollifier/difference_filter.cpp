#include "mollifier/assemble.hpp"
#include "mollifier/local_fit.hpp"

namespace mollis::mollifier {

LineFilter difference_filter(grid::Axis const& axis, std::vector<int> const& orders) {
  Radii radii;
  for (int order : orders) radii.emplace_back(order, (order + 1) / 2);
  Ends const ends = axis.periodic ? Ends::wrapped : Ends::open;
  return assemble(axis, ends, radii, {0, axis.size()}, [&](Index row, int order, Index radius) {
    std::vector<double> offsets;
    grid::Range const taps = window(axis, ends, row, radius);
    for (Index v = taps.lower; v < taps.upper; ++v) offsets.push_back(offset(axis, ends, row, v));
    std::vector<double> const alike(offsets.size(), 1.0);
    return local_fit(offsets, alike, static_cast<int>(2 * radius), order);
  });
}

}  // namespace mollis::mollifier
