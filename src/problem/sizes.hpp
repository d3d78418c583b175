#pragma once
/// How large a run is, and whether what counts and holds it does: decided from sizes alone, before anything of that size is
/// made.
#include <optional>
#include <string>

#include "deck/deck.hpp"
#include "equation/system.hpp"
#include "grid/grid.hpp"
#include "run/machine.hpp"

namespace mollis::problem {

/// Why a run cannot be: too many unknowns for PETSc's indices, on any number of ranks; or too many points or entries of a
/// matrix on a rank, or more memory than the machines have, which more ranks mend.
struct Obstacle {
  enum class Of { indices, counts, memory } of;
  std::string what;     ///< what is too large, and what to do
  double excess;        ///< how many times too large
};

/// What stands most in the way of an inversion on these machines. Not collective.
std::optional<Obstacle> obstacle(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system,
                                 run::Machine const& machine);
/// The same for anything that holds `bytes` a point of the grid, on the rank that has most.
std::optional<Obstacle> obstacle(grid::Grid const& grid, double bytes, run::Machine const& machine);

/// Throws run::Error (bad_deck, or usage where an override is to blame) where there is an obstacle; memory has to be short by
/// a factor of 2, as estimates go. Not collective, the same on all ranks.
void require_room(deck::Deck const& deck, std::optional<Obstacle> const& obstacle);

}  // namespace mollis::problem
