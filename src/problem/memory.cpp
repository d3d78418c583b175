#include "problem/memory.hpp"

#include <algorithm>

#include "estimators/methods.hpp"

namespace mollis::problem {
namespace {

/// Doubles a grid point that a joint fit holds: on the lattice the jets with the passes that make them, vectors of the solvers,
/// and along each open axis the preconditioner's factors (7 floats a row and pair of unknowns); on the grid the partials and
/// their products.
double joint_doubles_per_point(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  double lattice = 1.0, open = 0.0;
  for (auto const& axis : grid.axes())
    if (!axis.periodic && axis.reflection == grid::Reflection::none) {
      lattice *= 1.0 + (deck.joint.spline_degree - 1.0) / static_cast<double>(axis.size());
      open += 1.0;
    }
  auto const states = static_cast<double>(deck.observations.size()), features = static_cast<double>(system.by_state.size());
  auto const fields = static_cast<double>(std::count_if(deck.parameters.begin(), deck.parameters.end(), [&](auto const& parameter) {
    return parameter.second.over.size() == deck.grid.axes.size();
  }));
  double const along = 0.5 * deck.joint.spline_degree * (states + fields) * (states + fields) + 6.0;
  return lattice * (2.0 * features + 16.0 * states + 18.0 * fields + open * along) + 2.0 * features;
}

/// Doubles a grid point of the other methods: data, one field a feature and a partial derivative, their gradient and weights,
/// the normal matrix (row of the smoothness stencil, 12 bytes an entry) with its multigrid levels.
double doubles_per_point(deck::Deck const& deck, equation::System const& system) {
  double const fields = static_cast<double>(deck.observations.size() + system.features.size() + system.by_state.size() +
                                            system.by_parameter.size() + 4 * static_cast<std::size_t>(system.residuals));
  double matrix = 0.0;
  for (auto const& [name, parameter] : deck.parameters) {
    if (parameter.over.size() < deck.grid.axes.size()) continue;
    matrix += 1.5 * entries_a_row(parameter) * 2.5;
  }
  return fields + matrix;
}

}  // namespace

double entries_a_row(deck::Parameter const& parameter) {
  double const axes = static_cast<double>(parameter.over.size());
  return parameter.smoothness_order == 1 ? 2.0 * axes + 1.0 : 2.0 * axes * axes + 2.0 * axes + 1.0;
}

double bytes_per_point(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const& method = deck.inversion.method;
  double const mollified = doubles_per_point(deck, system), joint = joint_doubles_per_point(deck, grid, system);
  if (estimators::is_automatic(method)) return 8.0 * (deck.equation.weak ? mollified : std::max(mollified, joint));
  return 8.0 * (estimators::method_named(method).fits_states ? joint : mollified);
}

double bytes_per_point(deck::Deck const& deck) {
  return 8.0 * (static_cast<double>(deck.observations.size()) + 3.0 * (static_cast<double>(deck.derivatives.size()) + 1.0));
}

}  // namespace mollis::problem
