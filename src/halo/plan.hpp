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
  /// Throws std::invalid_argument where the table does not fit the cut or reaches past an open end. Where the device's
  /// memory is not the host's, messages are staged through the host unless MOLLIS_GPU_AWARE_MPI=1 is in the
  /// environment.
  Plan(grid::Grid grid, Needs needs);

  grid::Box const& ghosted() const;  ///< this rank's needed box
  Index ghosted_size() const;

  /// ghosted := values of the owning ranks. owned: (local box), ghosted: (ghosted box), row-major. One exchange of a
  /// plan (and of its copies) at a time: begin, work on the interior, end. Collective.
  void forward_begin(Field const& owned, Field const& ghosted) const;
  void forward_end(Field const& ghosted) const;
  void forward(Field const& owned, Field const& ghosted) const;

  /// owned += the transpose of forward applied to ghosted: each ghost value is added to its owner, in a fixed
  /// order (the sum differs between numbers of ranks by rounding only). Collective.
  void reverse_add(Field const& ghosted, Field const& owned) const;

 private:
  struct Data;
  std::shared_ptr<Data> data_;
};

}  // namespace mollis::halo
