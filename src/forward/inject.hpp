#pragma once
/// From a refined lattice, distributed by DMDA, to the points of the grid, distributed as the grid is.
#include "forward/level.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

using Scatter = petsc::Handle<VecScatter, VecScatterDestroy>;

class Injector {
 public:
  /// For vectors like `fine` on `level`, the grid refined by `refine`. Collective.
  Injector(Level const& level, Vec fine, grid::Grid const& grid, int refine);

  /// The values of `fine` at this rank's points of the grid. Collective.
  Field operator()(Vec fine) const;
  void copy(Vec fine, Field const& state) const;  ///< likewise, into a field

 private:
  petsc::Vector ordered_, local_;
  Scatter to_ordered_, to_local_;
  Index size_;
};

}  // namespace mollis::forward
