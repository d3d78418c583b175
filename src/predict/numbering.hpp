#pragma once
/// Where the unknowns of one frame stand in PETSc's vectors: on each rank [component][point of its box].
#include <vector>

#include "grid/numbering.hpp"
#include "petsc/handles.hpp"

namespace mollis::predict {

class Numbering {
 public:
  Numbering(grid::Grid slice, int components);   ///< Not collective.

  Index local_size() const { return static_cast<Index>(components_.size()) * slice_.local_size(); }
  PetscInt first() const { return static_cast<PetscInt>(own_start_); }   ///< of this rank
  /// The global number of a component at a point, by its global indices along the axes; they wrap on periodic ones.
  PetscInt at(int component, std::vector<Index> const& point) const;
  petsc::Vector make_vector() const;   ///< Zeros. Collective.

 private:
  grid::Grid slice_;
  Index own_start_ = 0;
  std::vector<grid::Numbering> components_;
};

}  // namespace mollis::predict
