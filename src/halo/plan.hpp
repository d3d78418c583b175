#pragma once
/// Halo exchange as a plan: owned block -> block with the neighbours' values around it, and the exact transpose.
#include <memory>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::halo {

/// What each block needs along each axis: needed[axis][block] is a range of global indices, a superset of or equal to
/// nothing in particular of the block's own range; on periodic axes it may reach past the ends (images wrap, several
/// times if need be); on open axes it stays inside [0, n). Every rank passes the same table.
using Needs = std::vector<std::vector<grid::Range>>;

class Plan {
 public:
  /// Computed without communication: every rank knows the cut of each axis and all needs. Halos may be wider than a
  /// neighbour's block; ranks without points take part with empty messages. Collective (duplicates no communicator).
  Plan(grid::Grid grid, Needs needs);

  grid::Box const& ghosted() const;         ///< this rank's needed box
  Index ghosted_size() const;

  /// ghosted := values of the owning ranks. owned: (local box), ghosted: (ghosted box), row-major. Collective.
  void forward_begin(Field const& owned, Field const& ghosted) const;
  void forward_end(Field const& ghosted) const;
  void forward(Field const& owned, Field const& ghosted) const;

  /// owned += the transpose of forward applied to ghosted: each ghost value is added to its owner. Collective.
  void reverse_add(Field const& ghosted, Field const& owned) const;

 private:
  struct Data;
  std::shared_ptr<Data> data_;
};

}  // namespace mollis::halo
