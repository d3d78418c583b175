#pragma once
/// Where the entries of a field stand in a distributed vector.
#include <array>
#include <vector>

#include "grid/grid.hpp"
#include "petsc/handles.hpp"

namespace mollis::joint {

/// A field over some axes of a grid, each rank's box row-major from the entry `first[rank]` on; axes left out are not
/// cut.
class Numbering {
 public:
  using Point = std::array<Index, max_axes>;
  Numbering(grid::Grid const& grid, std::vector<int> const& axes, std::vector<PetscInt> first);
  /// Of a point, entry a along the a-th of the axes (global; wraps on periodic ones).
  PetscInt at(Point const& point) const;

 private:
  struct Axis {
    Index size;
    bool periodic;
    std::vector<int> block;           ///< of each point
    std::vector<grid::Range> ranges;  ///< of each block
    int stride;                       ///< of the rank, a block
  };
  std::vector<Axis> axes_;
  std::vector<PetscInt> first_;
};

}  // namespace mollis::joint
