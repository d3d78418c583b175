#pragma once
/// One choice of mollifier radii and everything that is built on it: features of the data, residuals, fit.
#include <memory>

#include "estimators/equation_error/equation_error.hpp"
#include "kernels/field.hpp"
#include "problem/problem.hpp"
#include "residual/data_features.hpp"

namespace mollis::equation_error {

class Candidate {
 public:
  /// Collective. `tolerance` is that of the linear solves.
  Candidate(problem::Problem const& problem, mollifier::Settings const& mollifier, double tolerance);

  residual::DataFeatures const& features() const { return features_; }
  residual::ResidualModel& model() { return model_; }
  EquationError& equation() { return equation_; }

  /// Linear response of every residual to a change of the data, at the model's current parameters. Collective.
  std::vector<Field> response(std::vector<Field> const& changes) const;
  /// The same of dR/d(parameter feature), in the order of System::by_parameter; 0 of systems that are not affine. Collective.
  std::vector<Field> slope_response(std::vector<Field> const& changes) const;

 private:
  /// Responses of the state features, 0 where masked, in the order of System::by_state; of one feature the same array. Collective.
  std::vector<Field> by_state(std::vector<Field> const& changes) const;
  static estimators::Settings with_tolerance(estimators::Settings inversion, double tolerance);

  residual::DataFeatures features_;
  residual::ResidualModel model_;
  EquationError equation_;
};

/// Number of points of the whole grid that carry a residual. run::Error bad_data where none does. Collective.
Index count_points(problem::Problem const& problem, Candidate& candidate);
/// How many points carry a residual, and what gaps cost, as a line for the log. Likewise.
std::string describe_points(problem::Problem const& problem, Candidate& candidate);

/// Synthetic noise of all states (standard deviation sigma each), the same for a draw on any number of ranks.
std::vector<Field> draw_noise(problem::Problem const& problem, int draw);

}  // namespace mollis::equation_error
