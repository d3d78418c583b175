#include "problem/memory.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

#include "estimators/methods.hpp"

namespace mollis::problem {
namespace {

/// Parameters that are fields over all axes, two and more.
double count_fields(deck::Deck const& deck) {
  return static_cast<double>(std::count_if(deck.parameters.begin(), deck.parameters.end(), [&](auto const& parameter) {
    return parameter.second.over.size() == deck.grid.axes.size() && parameter.second.over.size() > 1;
  }));
}

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

/// Doubles a grid point of the other methods: data, one field a feature and a partial derivative, weights and residuals; for each
/// field over two axes and more (over all: fewer hardly count) its vectors and those of the solver, blocks of the data's part and of
/// the preconditioner, what line filters keep between their passes, and its results.
double doubles_per_point(deck::Deck const& deck, equation::System const& system) {
  constexpr double vectors = 20.0;
  double doubles = static_cast<double>(deck.observations.size() + system.features.size() + system.by_state.size() +
                                       system.by_parameter.size() + 4 * static_cast<std::size_t>(system.residuals));
  double const fields = count_fields(deck);
  bool const derived = std::any_of(system.features.begin(), system.features.end(), [](auto const& feature) {
    return feature.kind == equation::Feature::Kind::parameter && feature.order != mollifier::MultiIndex{};
  });
  if (derived) doubles += static_cast<double>(system.by_parameter.size());  // J times a vector
  return doubles + fields * (vectors + 2.0 * fields);
}

/// Doubles on each rank, whatever its points: the dense factor of the smoothest modes, with all that makes it 8 times its size, and
/// the modes of axes that no fast transform has.
double doubles_per_rank(deck::Deck const& deck, grid::Grid const& grid) {
  constexpr double low_modes = 400.0;
  if (count_fields(deck) == 0.0) return 0.0;
  bool const rough = std::any_of(deck.parameters.begin(), deck.parameters.end(),
                                 [](auto const& parameter) { return parameter.second.smoothness_order > 1; });
  double doubles = 8.0 * low_modes * low_modes;
  for (auto const& axis : grid.axes())
    if (!axis.uniform || (rough && !axis.periodic)) doubles += 3.0 * std::pow(static_cast<double>(axis.size()), 2);
  return doubles;
}

/// Of methods that mollify the data. Two fits may stand side by side: those of trials and what validates them, or the estimate's and
/// the one at narrower radii, which is made while the first keeps but its factors.
double mollified_doubles_per_point(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const* const samples = std::get_if<int>(&deck.uncertainty.samples);
  bool const twice = deck.mollifier.automatic || samples == nullptr || *samples > 0;
  /// Radii that vary: what the jets of each rung keep, and what the search holds of each of its radii.
  double const varying = deck.mollifier.adaptive ? 6.0 * static_cast<double>(1 + system.features.size()) + 15.0 * system.residuals : 0.0;
  double const ranks = static_cast<double>(std::max(grid.blocks(), 1)), points = static_cast<double>(grid.points());
  return varying + (twice ? 2.0 : 1.0) * doubles_per_point(deck, system) + (twice ? 1.5 : 1.0) * doubles_per_rank(deck, grid) * ranks / points;
}

}  // namespace

double entries_a_row(deck::Parameter const& parameter) {
  double const axes = static_cast<double>(parameter.over.size());
  return parameter.smoothness_order == 1 ? 2.0 * axes + 1.0 : 2.0 * axes * axes + 2.0 * axes + 1.0;
}

double bytes_per_point(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  auto const& method = deck.inversion.method;
  double const mollified = mollified_doubles_per_point(deck, grid, system), joint = joint_doubles_per_point(deck, grid, system);
  if (estimators::is_automatic(method)) return 8.0 * (deck.equation.weak ? mollified : std::max(mollified, joint));
  return 8.0 * (estimators::method_named(method).fits_states ? joint : mollified);
}

double bytes_per_point(deck::Deck const& deck) {
  return 8.0 * (static_cast<double>(deck.observations.size()) + 3.0 * (static_cast<double>(deck.derivatives.size()) + 1.0));
}

}  // namespace mollis::problem
