#include "estimators/joint/edge_end.hpp"

#include <algorithm>

namespace mollis::joint {

Block transpose_times(Block const& a, Block const& b) {
  Block out(a.columns, b.columns);
  for (Index r = 0; r < a.rows; ++r)
    for (Index i = 0; i < a.columns; ++i)
      for (Index j = 0; j < b.columns; ++j) out.at(i, j) += a.at(r, i) * b.at(r, j);
  return out;
}

Index EdgeEnd::reach(Lattice const& lattice, int axis) { return std::min(2 * lattice.margin(axis), lattice.extended().axis(axis).size()); }

EdgeEnd::EdgeEnd(Objective const& objective, FieldForms const& forms, int axis, std::vector<int> const& orders, bool upper) : forms_(forms), axis_(axis), upper_(upper) {
  auto const& lattice = objective.lattice();
  auto const& roughness = objective.roughness();
  Index const size = lattice.extended().axis(axis).size(), margin = lattice.margin(axis), n = lattice.grid().axis(axis).size(), depth = reach(lattice, axis);
  places_ = upper ? grid::Range{size - depth, size} : grid::Range{0, depth};
  points_ = {std::clamp<Index>(places_.lower - margin, 0, n), std::clamp<Index>(places_.upper - margin, 0, n)};
  inset_ = points_.lower + margin - places_.lower;

  auto const filter = mollifier::spline_filter(lattice.extended().axis(axis), lattice.degree(), orders);
  Index const half = (filter.width - 1) / 2;
  grid::Range const rows{std::max(margin, places_.lower - half), std::min(margin + n, places_.upper + half)};   // of the grid, in numbers of the lattice
  std::vector<Block> sets;
  for (int const order : orders) {
    Block set(rows.size(), places());
    for (Index r = rows.lower; r < rows.upper; ++r)
      for (Index j = -half; j <= half; ++j)
        if (places_.contains(r + j)) set.at(r - rows.lower, r + j - places_.lower) = filter.row(r, filter.slot(order))[j + half];
    sets.push_back(std::move(set));
  }
  Block picks(rows.size(), points());
  for (Index p = 0; p < points(); ++p) picks.at(points_.lower + p + margin - rows.lower, p) = 1.0;
  sets.push_back(std::move(picks));
  for (auto const& a : sets) {
    grams_.emplace_back();
    for (auto const& b : sets) grams_.back().push_back(transpose_times(a, b));
  }
  Block last(1, places());
  Index const end = upper ? rows.size() - 1 : 0;
  std::size_t const values = static_cast<std::size_t>(filter.slot(0));
  for (Index j = 0; j < places(); ++j) last.at(0, j) = sets[values].at(end, j);
  outermost_ = transpose_times(last, last);
  rough_ = identity_ = Block(places(), places());
  for (Index i = 0; i < places(); ++i) {
    identity_.at(i, i) = 1.0;
    for (Index j = 0; j < places(); ++j)
      if (std::abs(j - i) <= roughness.band(axis)) rough_.at(i, j) = roughness.at(axis, places_.lower + i, j - i);
  }
}

Block EdgeEnd::smooth(std::size_t unknown, int order) const {
  auto const& form = forms_.form(unknown, axis_, order);
  Block out(points(), points());
  for (Index i = 0; i < points(); ++i)
    for (Index j = 0; j < points(); ++j)
      if (std::abs(j - i) <= form.band()) out.at(i, j) = form.at(points_.lower + i, static_cast<int>(j - i));
  return out;
}

}  // namespace mollis::joint
