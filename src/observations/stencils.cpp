#include "observations/stencils.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::observations {

mollifier::LineFilter identity(grid::Axis const& axis) {
  mollifier::LineFilter filter;
  filter.points = axis.size();
  filter.orders = {0};
  filter.periodic = axis.periodic;
  filter.interior = filter.valid = {0, axis.size()};
  filter.interior_row = {1.0};
  return filter;
}

mollifier::LineFilter fourth_difference(grid::Axis const& axis) {
  auto filter = identity(axis);
  filter.width = 5;
  filter.interior_row = {1.0, -4.0, 6.0, -4.0, 1.0};
  for (auto& tap : filter.interior_row) tap /= std::sqrt(70.0);
  if (axis.periodic) return filter;
  filter.interior = filter.valid = {2, axis.size() - 2};
  filter.edge_rows.assign(4 * 5, 0.0);
  return filter;
}

mollifier::LineFilter fourth_difference(grid::Axis const& axis, Index shift) {
  auto const centred = fourth_difference(axis);
  auto filter = centred;
  filter.width = 7;
  filter.interior_row.assign(7, 0.0);
  std::copy(centred.interior_row.begin(), centred.interior_row.end(), filter.interior_row.begin() + 1 + shift);
  if (axis.periodic) return filter;
  filter.interior = filter.valid = {3, axis.size() - 3};
  filter.edge_rows.assign(6 * 7, 0.0);
  return filter;
}

mollifier::LineFilter eighth_difference(grid::Axis const& axis) {
  auto filter = identity(axis);
  filter.width = 9;
  filter.interior_row = {1.0, -8.0, 28.0, -56.0, 70.0, -56.0, 28.0, -8.0, 1.0};
  for (auto& tap : filter.interior_row) tap /= std::sqrt(12870.0);
  if (axis.periodic) return filter;
  filter.interior = filter.valid = {4, axis.size() - 4};
  filter.edge_rows.assign(8 * 9, 0.0);
  return filter;
}

mollifier::LineFilter sum_within(grid::Axis const& axis, Index reach) {
  auto filter = identity(axis);
  filter.width = 2 * reach + 1;
  filter.interior_row.assign(static_cast<std::size_t>(filter.width), 1.0);
  if (axis.periodic) return filter;
  filter.interior = {reach, axis.size() - reach};
  for (Index row = 0; row < axis.size(); ++row) {
    if (filter.interior.contains(row)) continue;
    for (Index tap = 0; tap < filter.width; ++tap) filter.edge_rows.push_back(std::abs(filter.start(row) + tap - row) <= reach ? 1.0 : 0.0);
  }
  return filter;
}

}  // namespace mollis::observations
