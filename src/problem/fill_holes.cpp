// Flood from the open ends through the points outside: each rank within its block and one point around it, until nowhere anything is added.
#include "problem/fill_holes.hpp"

#include <algorithm>
#include <vector>

#include "halo/plan.hpp"

namespace mollis::problem {
namespace {

bool in_space(grid::Axis const& axis) { return axis.name != "t"; }

/// Every block with one neighbour to each side along the axes of space.
halo::Needs needs_of(grid::Grid const& grid) {
  halo::Needs needs;
  for (int a = 0; a < grid.dimension(); ++a) {
    needs.emplace_back();
    for (int b = 0; b < grid.decomposition().ranks[static_cast<std::size_t>(a)]; ++b) {
      auto range = grid.block_range(a, b);
      if (range.size() > 0 && in_space(grid.axis(a))) range = {range.lower - 1, range.upper + 1};
      if (!grid.axis(a).periodic) range = {std::max<Index>(range.lower, 0), std::min(range.upper, grid.axis(a).size())};
      needs.back().push_back(range);
    }
  }
  return needs;
}

/// A block with what lies around it.
class Flood {
 public:
  Flood(grid::Grid const& grid, HostField const& mask) : grid_(grid), plan_(grid, needs_of(grid)), box_(plan_.ghosted()), strides_(box_.ranges.size(), 1) {
    for (std::size_t a = strides_.size(); a-- > 1;) strides_[a - 1] = strides_[a] * box_.ranges[a].size();
    dry_ = around(mask);
  }

  /// All that is wet, of what is: 1 where a chain of neighbours outside leads to it (local box). Collective.
  void spread(HostField const& wet) const {
    for (double added = 1.0; added > 0.0;) {
      auto const reached = around(wet);
      flow(reached);
      added = take(reached, wet);
      MPI_Allreduce(MPI_IN_PLACE, &added, 1, MPI_DOUBLE, MPI_SUM, grid_.comm());
    }
  }

  /// The points of the block with their places, axis by axis: visit(number in the block, number in the box, global indices).
  template <class Visit>
  void each(Visit&& visit) const {
    auto const& own = grid_.owned();
    std::vector<Index> at(box_.ranges.size());
    for (Index n = 0; n < grid_.local_size(); ++n) {
      Index rest = n, place = 0;
      for (std::size_t a = at.size(); a-- > 0;) {
        at[a] = own.ranges[a].lower + rest % own.ranges[a].size();
        rest /= own.ranges[a].size();
        place += (at[a] - box_.ranges[a].lower) * strides_[a];
      }
      visit(static_cast<std::size_t>(n), static_cast<std::size_t>(place), at);
    }
  }

 private:
  HostField around(HostField const& block) const {
    Field const owned = make_field("block", grid_.local_size()), ghosted = make_field("around", plan_.ghosted_size());
    Kokkos::deep_copy(owned, block);
    plan_.forward(owned, ghosted);
    HostField const values = make_host_field("around", plan_.ghosted_size());
    Kokkos::deep_copy(values, ghosted);
    return values;
  }

  /// From every point of the box that is reached on to its neighbours outside.
  void flow(HostField const& reached) const {
    std::vector<Index> front;
    for (Index n = 0; n < plan_.ghosted_size(); ++n)
      if (reached(static_cast<std::size_t>(n)) > 0.0) front.push_back(n);
    while (!front.empty()) {
      Index const n = front.back();
      front.pop_back();
      for (std::size_t a = 0; a < strides_.size(); ++a) {
        if (!in_space(grid_.axis(static_cast<int>(a)))) continue;
        Index const here = n / strides_[a] % box_.ranges[a].size();
        for (Index const side : {Index{-1}, Index{1}}) {
          if (here + side < 0 || here + side >= box_.ranges[a].size()) continue;
          auto const next = static_cast<std::size_t>(n + side * strides_[a]);
          if (dry_(next) > 0.0 || reached(next) > 0.0) continue;
          reached(next) = 1.0;
          front.push_back(static_cast<Index>(next));
        }
      }
    }
  }

  /// How many points of the block are reached that were not.
  double take(HostField const& reached, HostField const& wet) const {
    double added = 0.0;
    each([&](std::size_t n, std::size_t place, auto const&) {
      if (reached(place) > wet(n)) {
        wet(n) = 1.0;
        added += 1.0;
      }
    });
    return added;
  }

  grid::Grid const& grid_;
  halo::Plan plan_;
  grid::Box const& box_;
  std::vector<Index> strides_;
  HostField dry_;  ///< the domain, in the box
};

}  // namespace

bool has_end(grid::Grid const& grid) {
  return std::any_of(grid.axes().begin(), grid.axes().end(), [](grid::Axis const& axis) { return in_space(axis) && !axis.periodic; });
}

void fill_holes(grid::Grid const& grid, HostField const& mask) {
  Flood const flood(grid, mask);
  HostField const wet("outside", static_cast<std::size_t>(grid.local_size()));
  flood.each([&](std::size_t n, std::size_t, std::vector<Index> const& at) {
    for (std::size_t a = 0; a < at.size(); ++a) {
      auto const& axis = grid.axis(static_cast<int>(a));
      if (in_space(axis) && !axis.periodic && (at[a] == 0 || at[a] == axis.size() - 1) && mask(n) == 0.0) wet(n) = 1.0;
    }
  });
  flood.spread(wet);
  for (Index n = 0; n < grid.local_size(); ++n) mask(static_cast<std::size_t>(n)) = wet(static_cast<std::size_t>(n)) > 0.0 ? 0.0 : 1.0;
}

}  // namespace mollis::problem
