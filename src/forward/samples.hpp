#pragma once
/// Functions sampled on the points of a level, and walks over these points.
#include "forward/level.hpp"
#include "run/error.hpp"

namespace mollis::forward {

using Point = std::array<PetscInt, box_axes>;

/// Values of a function on a patch, by global indices.
struct Samples {
  Patch patch;
  std::vector<double> values;
  double operator()(Point const& p) const {
    Index offset = 0;
    for (std::size_t a = 0; a < box_axes; ++a) offset = offset * patch[a].size() + (p[a] - patch[a].lower);
    return values[static_cast<std::size_t>(offset)];
  }
};

/// Throws on all ranks what the function throws on one. Collective.
inline Samples sample(Level const& level, Function const& function, Patch const& patch) {
  Samples samples{patch, {}};
  run::collectively(PetscObjectComm(reinterpret_cast<PetscObject>(static_cast<DM>(level.dm))),
                    [&] { samples.values = function(level.lattice(patch)); });
  return samples;
}

/// Calls visit(point) for all points of a patch, row-major.
template <class Visit>
void for_each_point(Patch const& patch, Visit const& visit) {
  for (auto k = patch[0].lower; k < patch[0].upper; ++k)
    for (auto j = patch[1].lower; j < patch[1].upper; ++j)
      for (auto i = patch[2].lower; i < patch[2].upper; ++i)
        visit(Point{static_cast<PetscInt>(k), static_cast<PetscInt>(j), static_cast<PetscInt>(i)});
}

/// Sets the local part of a global vector of the level: value(point, old value). Not collective.
template <class Value>
void set_values(Level const& level, Vec vector, Value const& value) {
  PetscScalar* values = nullptr;
  petsc::check(VecGetArray(vector, &values));
  auto* next = values;
  for_each_point(level.owned(), [&](Point const& p) {
    *next = value(p, *next);
    ++next;
  });
  petsc::check(VecRestoreArray(vector, &values));
}
/// Whether the state is given at a point; the volume of its cell, in the product of the axes' units. Not collective.
inline bool is_wall(Level const& level, Point const& p) { return level.is_wall(p[0], p[1], p[2]); }
inline double volume(Level const& level, Point const& p) { return level.volume(p[0], p[1], p[2]); }

}  // namespace mollis::forward
