#include "parameters/smoothness_draw.hpp"

#include <cmath>
#include <utility>

namespace mollis::parameters {
namespace {

constexpr std::uint32_t most_terms = 64;  ///< of a form: 35 at order 4 over four axes

constexpr Index none = -1;

/// Of the rows that reach a range of points, from the first on, the one at `place`; none where the root has no such row.
Index row_reaching(grid::Axis const& axis, grid::Range range, LineRoot const& root, Index place) {
  Index row = range.lower - root.order() + place;
  if (axis.periodic && row < 0) row += axis.size();
  return row >= 0 && row < root.rows() ? row : none;
}

/// z of all rows that reach this rank's points, 0 where there is no row: along each axis as many as points and the root's order.
std::vector<double> white_rows(grid::Grid const& grid, std::vector<LineRoot> const& roots, random::Stream const& stream) {
  std::vector<Index> rows{0};   // global, over the axes so far
  for (std::size_t a = 0; a < roots.size(); ++a) {
    auto const& axis = grid.axes()[a];
    auto const range = grid.owned()[static_cast<int>(a)];
    std::vector<Index> next;
    next.reserve(rows.size() * static_cast<std::size_t>(range.size() + roots[a].order()));
    for (Index const outer : rows)
      for (Index place = 0; place < range.size() + roots[a].order(); ++place) {
        Index const row = row_reaching(axis, range, roots[a], place);
        next.push_back(outer != none && row != none ? outer * axis.size() + row : none);
      }
    rows = std::move(next);
  }
  std::vector<double> values(rows.size(), 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i] != none) values[i] = random::normal(stream, rows[i]);
  return values;
}

/// R^T along an axis: [outer][points][inner] of [outer][points + order][inner].
std::vector<double> transposed_along(grid::Axis const& axis, grid::Range range, LineRoot const& root, Index inner, std::vector<double> const& rows) {
  Index const order = root.order(), points = range.size(), outer = static_cast<Index>(rows.size()) / ((points + order) * inner);
  std::vector<double> out(static_cast<std::size_t>(outer * points * inner), 0.0);
  for (Index o = 0; o < outer; ++o)
    for (Index i = 0; i < points; ++i)
      for (Index offset = 0; offset <= order; ++offset) {
        Index const row = row_reaching(axis, range, root, i + order - offset);
        if (row == none) continue;
        double const entry = root.at(row, static_cast<int>(offset));
        double const* const from = rows.data() + (o * (points + order) + i + order - offset) * inner;
        double* const to = out.data() + (o * points + i) * inner;
        for (Index k = 0; k < inner; ++k) to[k] += entry * from[k];
      }
  return out;
}

}  // namespace

void add_root_draw(grid::Grid const& grid, std::vector<LineRoot> const& roots, double scale, random::Stream const& stream, HostField const& out) {
  if (grid.local_size() == 0) return;
  auto values = white_rows(grid, roots, stream);
  Index inner = static_cast<Index>(values.size());
  for (std::size_t a = 0; a < roots.size(); ++a) {
    auto const range = grid.owned()[static_cast<int>(a)];
    inner /= range.size() + roots[a].order();
    values = transposed_along(grid.axes()[a], range, roots[a], inner, values);
  }
  for (std::size_t i = 0; i < values.size(); ++i) out(i) += scale * values[i];
}

SmoothnessDraw::SmoothnessDraw(grid::Grid grid, int order) : grid_(std::move(grid)) {
  for (auto const& term : smoothness_terms(grid_, order)) {
    terms_.push_back({term.factor, {}});
    for (std::size_t a = 0; a < term.orders.size(); ++a) terms_.back().roots.emplace_back(grid_.axes()[a], term.orders[a]);
  }
}

HostField SmoothnessDraw::draw(int number, std::uint32_t unknown) const {
  HostField const out("smoothness draw", static_cast<std::size_t>(grid_.local_size()));
  for (std::size_t k = 0; k < terms_.size(); ++k)
    add_root_draw(grid_, terms_[k].roots, std::sqrt(terms_[k].factor),
                  {static_cast<std::uint64_t>(number), unknown * most_terms + static_cast<std::uint32_t>(k), random::Stream::Purpose::prior}, out);
  return out;
}

}  // namespace mollis::parameters
