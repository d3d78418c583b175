#pragma once
/// The frames of a run in time, and what a run that goes on from it takes up.
#include "checkpoint/keeper.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

/// The axes of a grid but t, cut as the grid is. Collective.
grid::Grid space_of(grid::Grid const& grid);

class Frames {
 public:
  /// Of a grid whose first axis is t. Refers to `keeper`. Collective.
  Frames(grid::Grid const& grid, checkpoint::Keeper& keeper);

  Index count() const { return count_; }
  grid::Grid const& space() const { return space_; }
  /// Frame n at this rank's points, to be filled.
  Field at(Index n) const;
  /// Frame n is there: keeps it. Not collective.
  void keep(Index n) const;
  /// Fills frames [0, count) as the run before kept them. Collective.
  void go_on(Index count) const;
  /// All frames, t slowest.
  Field const& states() const { return states_; }

 private:
  checkpoint::Keeper& keeper_;
  grid::Grid space_;
  Index count_;
  Field states_;
};

}  // namespace mollis::forward
