#include "estimators/joint/bounds.hpp"

#include "petsc/access.hpp"

namespace mollis::joint {

using petsc::check;

bool set_within(parameters::Bounds const& bounds, Objective& objective, Vec x) {
  auto const& space = objective.problem().space();
  auto const free = space.make_vector(), inside = space.make_vector();
  objective.take_parameters(x, free);
  check(VecPointwiseMax(inside, free, bounds.lower));
  check(VecPointwiseMin(inside, inside, bounds.upper));
  PetscBool same = PETSC_FALSE;
  check(VecEqual(free, inside, &same));
  if (same) return false;
  objective.put_parameters(inside, x);
  objective.move_to(x);
  return true;
}

petsc::Vector inner(parameters::Bounds const& bounds, Objective& objective, Vec x) {
  auto const& space = objective.problem().space();
  auto moves = objective.make_vector();
  objective.gradient(moves);
  auto const p = space.make_vector(), slope = space.make_vector();
  objective.take_parameters(x, p);
  objective.take_parameters(moves, slope);
  {
    petsc::Reading const at(p), lower(bounds.lower), upper(bounds.upper);
    petsc::Writing to(slope);
    Index const size = space.local_size();
    auto const value = on_host(at.piece(0, size)), low = on_host(lower.piece(0, size)), high = on_host(upper.piece(0, size));
    Field const piece = to.piece(0, size);
    auto const g = on_host(piece);
    for (std::size_t n = 0; n < g.extent(0); ++n) {
      bool const held = (value(n) <= low(n) && g(n) > 0.0) || (value(n) >= high(n) && g(n) < 0.0);
      g(n) = held ? 0.0 : 1.0;
    }
    Kokkos::deep_copy(piece, g);
  }
  check(VecSet(moves, 1.0));
  objective.put_parameters(slope, moves);
  return moves;
}

}  // namespace mollis::joint
