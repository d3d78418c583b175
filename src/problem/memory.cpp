#include "problem/memory.hpp"

#include <algorithm>
#include <vector>

#include "estimators/methods.hpp"
#include "problem/memory_parts.hpp"

namespace mollis::problem {
namespace {

/// Of methods that mollify the data.
Memory mollified(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const doubles = mollified_doubles(deck, grid, system);
  double const bytes = Counts(deck, grid, system).fields > 0.0 ? 8.0 * holes : 8.0;
  return {bytes * doubles.a_point, libraries + bytes * doubles.a_rank};
}

}  // namespace

double entries_a_row(deck::Parameter const& parameter) {
  double const axes = static_cast<double>(parameter.over.size());
  return parameter.smoothness_order == 1 ? 2.0 * axes + 1.0 : 2.0 * axes * axes + 2.0 * axes + 1.0;
}

Memory memory_of(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system, std::vector<char> const& inside) {
  auto const& method = deck.inversion.method;
  Memory const jets = mollified(deck, grid, system);
  Memory joint{8.0 * joint_doubles(deck, grid, system), libraries + 8.0 * second_level_doubles(deck, grid, system)};
  if (auto const factors = factors_of(deck, grid, system, inside); factors && factors->from_start)
    (factors->on_each ? joint.a_rank : joint.a_point) += factors->bytes / (factors->on_each ? 1.0 : static_cast<double>(grid.points()));
  if (!estimators::is_automatic(method)) return estimators::method_named(method).fits_states ? joint : jets;
  double const points = static_cast<double>(grid.points()) / std::max(grid.blocks(), 1);
  return deck.equation.weak || jets.of(points) > joint.of(points) ? jets : joint;
}

double bytes_per_point(deck::Deck const& deck) {
  return 8.0 * (static_cast<double>(deck.observations.size()) + 3.0 * (static_cast<double>(deck.derivatives.size()) + 1.0));
}

}  // namespace mollis::problem
