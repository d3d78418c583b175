#include "observations/stencils.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::observations {
namespace {

using Direction = std::array<double, 3>;

/// Three orthonormal directions, the first that of `q`.
std::array<Direction, 3> turned_to(Direction q) {
  double const size = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]);
  for (double& value : q) value /= size;
  Direction across = std::abs(q[0]) < std::abs(q[1]) ? Direction{1.0, 0.0, 0.0} : Direction{0.0, 1.0, 0.0};
  double const along = across[0] * q[0] + across[1] * q[1] + across[2] * q[2];
  double square = 0.0;
  for (std::size_t k = 0; k < 3; ++k) square += std::pow(across[k] -= along * q[k], 2);
  for (double& value : across) value /= std::sqrt(square);
  return {q, across, Direction{q[1] * across[2] - q[2] * across[1], q[2] * across[0] - q[0] * across[2], q[0] * across[1] - q[1] * across[0]}};
}

}  // namespace

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

std::array<mollifier::LineFilter, 3> left_at_ends(grid::Axis const& axis) {
  // Orthogonal polynomials of degrees 4, 5 and 6 on seven points.
  std::array<std::array<double, 7>, 3> basis{{{3, -7, 1, 6, 1, -7, 3}, {-1, 4, -5, 0, 5, -4, 1}, {1, -6, 15, -20, 15, -6, 1}}};
  double const squares[3] = {154.0, 84.0, 924.0};
  for (std::size_t k = 0; k < 3; ++k)
    for (double& value : basis[k]) value /= std::sqrt(squares[k]);
  std::array<mollifier::LineFilter, 3> filters;
  for (auto& filter : filters) {
    filter = identity(axis);
    filter.width = 7;
    filter.interior_row.assign(7, 0.0);
    if (!axis.periodic) filter.interior = {3, axis.size() - 3};
  }
  if (axis.periodic) return filters;
  for (std::size_t row : {0, 1, 2, 4, 5, 6}) {
    auto const directions = turned_to({basis[0][row], basis[1][row], basis[2][row]});
    for (std::size_t m = 0; m < 3; ++m)
      for (std::size_t tap = 0; tap < 7; ++tap)
        filters[m].edge_rows.push_back(directions[m][0] * basis[0][tap] + directions[m][1] * basis[1][tap] + directions[m][2] * basis[2][tap]);
  }
  return filters;
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
