#pragma once
/// The vertex lattices that the multigrid solver works on, distributed by DMDA: finest first, spacings doubling.
#include <petscdmda.h>

#include <array>
#include <string>
#include <vector>

#include "forward/lattice.hpp"
#include "grid/axis.hpp"
#include "petsc/handles.hpp"

namespace mollis::forward {

constexpr int box_axes = 3;  ///< z, y, x; leading ones may be unused

/// Equally spaced points along an axis.
struct Line {
  PetscInt points = 1;
  double lower = 0.0, spacing = 1.0;
  bool periodic = false;
  bool insulated = false;  ///< open, without flux through its ends, whose points are unknowns
  bool used() const { return points > 1; }
  bool is_end(PetscInt i) const { return used() && !periodic && (i == 0 || i == points - 1); }
  bool is_wall(PetscInt i) const { return !insulated && is_end(i); }
  bool is_insulated_end(PetscInt i) const { return insulated && is_end(i); }
  /// Of the cell of point i: half at insulated ends; 1 on unused axes.
  double width(PetscInt i) const { return !used() ? 1.0 : is_insulated_end(i) ? spacing / 2.0 : spacing; }
  PetscInt intervals() const { return periodic ? points : points - 1; }
  PetscInt wrap(PetscInt i) const { return periodic ? (i + points) % points : i; }
  double at(PetscInt i) const { return lower + static_cast<double>(wrap(i)) * spacing; }
};
using Lines = std::array<Line, box_axes>;

/// `refine` times the points of the axes of a grid: (n - 1) refine + 1 on open ones, n refine on periodic ones.
/// `insulated` names axes without flux through their ends. The axes must be uniform and at most box_axes.
Lines refined(std::vector<grid::Axis> const& axes, int refine, std::vector<std::string> const& insulated = {});

/// A range of points along each axis of a level.
using Patch = std::array<grid::Range, box_axes>;

struct Level {
  petsc::Handle<DM, DMDestroy> dm;
  Lines lines;

  int dimension() const;  ///< number of used axes
  bool is_wall(PetscInt k, PetscInt j, PetscInt i) const;
  double volume(PetscInt k, PetscInt j, PetscInt i) const;  ///< of the cell of a point
  Patch owned() const;                                      ///< this rank's points
  Patch ghosted() const;                      ///< and their neighbours; past the ends of periodic axes alone
  Lattice lattice(Patch const& patch) const;  ///< coordinates of the used axes
};

/// The given lattice and ever coarser ones, as long as every axis has an even number of intervals and every rank some
/// points. Throws run::Error (usage) where the lattice has too few points for the ranks. Collective.
std::vector<Level> make_levels(MPI_Comm comm, Lines const& finest);

}  // namespace mollis::forward
