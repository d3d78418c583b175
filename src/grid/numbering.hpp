#pragma once
/// Where the entries of a field stand in a distributed vector. Nothing here is collective.
#include <array>
#include <vector>

#include "grid/grid.hpp"

namespace mollis::grid {

/// A field over some axes of a grid, each rank's box row-major from the entry `first[rank]` on; axes left out are not cut.
class Numbering {
 public:
  using Point = std::array<Index, max_axes>;
  Numbering(Grid const& grid, std::vector<int> const& axes, std::vector<Index> first);
  /// Of a point, entry a along the a-th of the axes (global; wraps on periodic ones).
  Index at(Point const& point) const;

 private:
  struct Axis {
    Index size;
    bool periodic;
    std::vector<int> block;           ///< of each point
    std::vector<Range> ranges;  ///< of each block
    int stride;                       ///< of the rank, a block
  };
  std::vector<Axis> axes_;
  std::vector<Index> first_;
};

/// visit(point, n) for each point of the box along these axes, the last the fastest; n counts them.
template <class Visit>
void for_each_point(std::vector<int> const& axes, Box const& box, Visit&& visit) {
  Index count = 1;
  for (int const a : axes) count *= box[a].size();
  for (Index n = 0; n < count; ++n) {
    Numbering::Point point{};
    Index rest = n;
    for (std::size_t i = axes.size(); i-- > 0;) {
      auto const& range = box[axes[i]];
      point[i] = range.lower + rest % range.size();
      rest /= range.size();
    }
    visit(point, n);
  }
}

}  // namespace mollis::grid
