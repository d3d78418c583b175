// Methods that mollify the data, at their peak: while a draw of the error is solved for, of the fit at narrower radii that shows the bias of the
// first. The first has set down what it worked with (Linearisation::set_down); its draws are kept.
#include <algorithm>
#include <cmath>
#include <variant>

#include "problem/memory_parts.hpp"

namespace mollis::problem {
namespace {

constexpr double low_modes = 400.0;  ///< the smoothest, dense: the factor

constexpr double draws_strong = 8.0, draws_weak = 24.0;   ///< of the noise through each fit (uncertainty::Refit), in single precision

/// One fit with what it works with: its features, partial derivatives, residuals; its normal matrix and solver.
double fit(Counts const& n) {
  double const ghosts = n.ghosts ? 1.0 : 0.0;
  double const features = n.state_features + n.other_features + std::max(n.jet_passes, n.smoothness_passes) + ghosts * n.states + 1.0;   // the mask
  double const equation = n.by_parameter + 2.0 * n.residuals;                                           // residuals, weights
  double const around = 2.0 * n.fields + (n.affine ? 0.0 : n.by_parameter) + (n.derived ? n.by_parameter : 0.0);   // J times a vector, where that has jets
  double const solver = n.fields * ghosts + 2.0 * n.fields * n.fields;                                  // H, its mean's inverse
  double const noise = n.noise_sums + n.noise_pairs;
  return features + equation + around + noise + solver;
}

/// The estimate, without what it was made with, and a checkpoint's copy of its parameters.
double estimate(Counts const& n) {
  return 2.0 * n.residuals + n.states + 3.0 * n.fields + n.fields;   // residuals, weights; parameters twice, sensitivities
}

/// Of the residuals to noise of the data.
double response(Counts const& n) { return n.state_features + n.by_state + n.states + n.residuals; }

/// What a draw makes: the response, then the solution, by conjugate gradients; the preconditioner takes as much.
double draw(Counts const& n) { return std::max(response(n) + 2.0 * n.fields, n.residuals + (3.0 + 4.0) * n.fields); }

/// What may be missing beside constants, a field a term (uncertainty::MissingTerms): 1, the states, their products, their derivatives.
double missing(Counts const& n) { return 1.0 + 0.5 * n.states * (n.states + 3.0) + n.state_features; }

/// One fit in the weak form of an equation in the strong one: a term for every jet.
double weak_fit(Counts n) {
  n.noise_pairs = 0.5 * n.state_features * (n.state_features + 1.0);
  return fit(n);
}

/// While the smoothest modes are set up: products of every two of them along an axis, and what these make of the last one.
double tables(grid::Grid const& grid) {
  double longest = 0.0;
  for (auto const& axis : grid.axes()) longest = std::max(longest, static_cast<double>(axis.size()));
  return 2.0 * low_modes * longest;
}

/// Modes, forth and back, of axes that no fast transform has.
double modes(deck::Deck const& deck, grid::Grid const& grid) {
  bool const rough = std::any_of(deck.parameters.begin(), deck.parameters.end(),
                                 [](auto const& parameter) { return parameter.second.smoothness_order > 1; });
  double doubles = 0.0;
  for (auto const& axis : grid.axes())
    if (!axis.uniform || (rough && !axis.periodic)) doubles += 2.0 * std::pow(static_cast<double>(axis.size()), 2);
  return doubles;
}

}  // namespace

Doubles mollified_doubles(deck::Deck const& deck, grid::Grid const& grid, equation::System const& system) {
  Counts const n(deck, grid, system);
  auto const* const samples = std::get_if<int>(&deck.uncertainty.samples);
  bool const draws = samples == nullptr || *samples > 0;
  double const fits = deck.mollifier.automatic && !draws ? 2.0 : 1.0;   // those of trials and what validates them, too
  double const each = deck.equation.weak ? draws_weak : draws_strong;
  double const kept = n.states + 2.0 * n.fields;   // data, starts
  double const drawn = draws ? (7.0 + 0.5 * each) * n.fields + 1.0 + draw(n) : 3.0 * n.fields;   // squares, deviations, what noise pulls by; starts, mask
  bool const constants = draws && std::all_of(deck.parameters.begin(), deck.parameters.end(), [](auto const& parameter) { return parameter.second.over.empty(); });
  double const terms = constants ? 2.0 * missing(n) : 0.0;   // of both fits
  double const forms = constants && !deck.equation.weak ? std::max(estimate(n) + weak_fit(n) - fit(n), 0.0) : 0.0;   // while the weak form is asked
  /// Radii that vary: what the jets of each rung keep, and what the search holds of each of its radii.
  double const varying =
      deck.mollifier.adaptive ? 6.0 * static_cast<double>(1 + system.features.size()) + 15.0 * system.residuals : 0.0;
  double const a_rank = n.fields > 0.0 ? fits * (low_modes * low_modes + modes(deck, grid)) + tables(grid) : 0.0;
  // While radii are tried, the fit that validates them stands beside each trial: more than all that follows where parameters are few.
  double const trials = deck.mollifier.automatic && !deck.equation.weak ? 2.0 * fit(n) + response(n) : 0.0;
  return {varying + kept + std::max(fits * (estimate(n) + fit(n)) + drawn + terms + forms, trials), a_rank};
}

}  // namespace mollis::problem
