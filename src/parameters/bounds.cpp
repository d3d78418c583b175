#include "parameters/bounds.hpp"

#include <cmath>

namespace mollis::parameters {
namespace {

using petsc::check;

/// Sets every unknown's entries by a function of its deck entry.
template <class Value>
petsc::Vector fill(ParameterSpace const& space, Value&& value) {
  auto vector = space.make_vector();
  PetscScalar* entries = nullptr;
  check(VecGetArray(vector, &entries));
  for (auto const& unknown : space.unknowns()) {
    if (!unknown.owner) continue;
    for (Index i = 0; i < unknown.grid.local_size(); ++i) entries[unknown.offset + i] = value(unknown.settings);
  }
  check(VecRestoreArray(vector, &entries));
  return vector;
}

}  // namespace

Bounds make_bounds(ParameterSpace const& space) {
  auto const bound = [](std::optional<double> const& value, bool log, double none) {
    if (!value) return none;
    if (!log) return *value;
    return *value > 0.0 ? std::log(*value) : none;
  };
  Bounds bounds;
  bounds.lower = fill(space, [&](Settings const& p) { return bound(p.lower, p.log, PETSC_NINFINITY); });
  bounds.upper = fill(space, [&](Settings const& p) { return bound(p.upper, p.log, PETSC_INFINITY); });
  for (auto const& unknown : space.unknowns()) bounds.any = bounds.any || unknown.settings.lower || unknown.settings.upper;
  return bounds;
}

petsc::Vector first_guess(ParameterSpace const& space) {
  return fill(space, [](Settings const& p) { return p.log ? std::log(p.first()) : p.first(); });
}

}  // namespace mollis::parameters
