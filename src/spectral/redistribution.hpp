#pragma once
/// Moves a distributed array between two ways of cutting its box, in one MPI_Alltoallw whose derived types name the
/// overlaps: nothing is packed by hand (Dalcin, Mortensen, Keyes, "Fast parallel multidimensional FFT using advanced
/// MPI", J. Parallel Distrib. Comput. 128, 2019).
#include <mpi.h>

#include <memory>
#include <vector>

#include "grid/grid.hpp"

namespace mollis::spectral {

using Cut = std::vector<grid::Box>;  ///< the box of each rank

class Redistribution {
 public:
  /// Each family of boxes tiles the same whole. Collective on nothing: every rank knows both cuts. `comm` must outlive
  /// this object.
  Redistribution(MPI_Comm comm, Cut const& from, Cut const& to);

  /// to := from, arrays row-major over this rank's boxes; not in place. Collective.
  void apply(double const* from, double* to) const;
  bool is_copy() const;  ///< both cuts are the same

 private:
  struct Types;
  MPI_Comm comm_;
  std::shared_ptr<Types const> types_;
  Index size_ = 0;
};

/// Boxes that hold axis `whole` in one piece, the other axes cut as evenly as they allow.
Cut pencils(std::vector<Index> const& extents, int whole, int ranks);

/// The boxes of a grid.
Cut boxes_of(grid::Grid const& grid);

}  // namespace mollis::spectral
