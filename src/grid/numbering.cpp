#include "grid/numbering.hpp"

namespace mollis::grid {

Numbering::Numbering(Grid const& grid, std::vector<int> const& axes, std::vector<Index> first) : first_(std::move(first)) {
  auto const& cuts = grid.decomposition().ranks;
  for (int const a : axes) {
    Axis axis{grid.axis(a).size(), grid.axis(a).periodic, {}, {}, 1};
    for (int b = 0; b < cuts[static_cast<std::size_t>(a)]; ++b) {
      axis.ranges.push_back(grid.block_range(a, b));
      axis.block.insert(axis.block.end(), static_cast<std::size_t>(axis.ranges.back().size()), b);
    }
    for (int after = a + 1; after < grid.dimension(); ++after) axis.stride *= cuts[static_cast<std::size_t>(after)];
    axes_.push_back(std::move(axis));
  }
}

Index Numbering::at(Point const& point) const {
  int rank = 0;
  Index place = 0;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    auto const& axis = axes_[a];
    Index i = point[a];
    if (axis.periodic) i = (i % axis.size + axis.size) % axis.size;
    int const block = axis.block[static_cast<std::size_t>(i)];
    auto const& range = axis.ranges[static_cast<std::size_t>(block)];
    rank += block * axis.stride;
    place = place * range.size() + i - range.lower;
  }
  return first_[static_cast<std::size_t>(rank)] + place;
}

}  // namespace mollis::grid
