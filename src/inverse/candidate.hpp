#pragma once
/// One choice of mollifier radii and everything that is built on it: features of the data, residuals, fit.
#include <memory>

#include "inverse/data_features.hpp"
#include "inverse/equation_error.hpp"

namespace mollis::inverse {

/// What does not change with the radii. Refers to objects of the caller.
struct Problem {
  grid::Grid grid;
  deck::Deck const& deck;
  equation::System const& system;
  ParameterSpace const& space;
  std::vector<observations::State> const& states;
  std::vector<observations::KnownField> const& fields;
  run::Progress& progress;
};

class Candidate {
 public:
  /// Collective. `tolerance` is that of the linear solves.
  Candidate(Problem const& problem, deck::Mollifier const& mollifier, double tolerance);

  DataFeatures const& features() const { return features_; }
  ResidualModel& model() { return model_; }
  EquationError& equation() { return equation_; }

  /// Linear response of every residual to a change of the data, at the model's current parameters. Collective.
  std::vector<Field> response(std::vector<Field> const& changes) const;

 private:
  static deck::Inversion with_tolerance(deck::Inversion inversion, double tolerance);

  DataFeatures features_;
  ResidualModel model_;
  EquationError equation_;
};

/// Number of points of the whole grid that carry a residual. run::Error bad_data where none does. Collective.
Index count_points(Problem const& problem, Candidate& candidate);

/// Synthetic noise of all states (standard deviation sigma each), the same for a draw on any number of ranks.
std::vector<Field> draw_noise(Problem const& problem, int draw);

}  // namespace mollis::inverse
