#pragma once
/// The equation-error estimator: minimise
///   sum_k sum_i W_ki R_ki(lam)^2 / 2 + sum_p beta_p / 2 <lam_p, L_p lam_p>   subject to bounds,
/// W = 1 / Var R, recomputed as lam moves until it settles. Affine systems: one linear solve a pass, an active set within bounds;
/// the nonlinear: TAO's Newton trust region with the Gauss-Newton matrix. Where the noise of the data biases an affine fit it
/// is taken out of the normal equations (residual::NoiseBias), with bounds and without; objectives are reported without that part.
#include <optional>
#include <vector>

#include "estimators/equation_error/normal_solver.hpp"
#include "estimators/settings.hpp"
#include "checkpoint/keeper.hpp"
#include "kernels/field.hpp"
#include "parameters/bounds.hpp"
#include "run/progress.hpp"

namespace mollis::equation_error {

/// What a fit returns. Fields are pieces (see parameters::ParameterSpace), parameters as the equation has them.
struct Fit {
  petsc::Vector x;                 ///< the unknowns (logarithms where transform = "log")
  std::vector<double> beta;        ///< smoothness weights, one a parameter
  std::vector<Field> weights;      ///< W_k of the last pass
  bool converged = false;
  bool settled = false;            ///< another pass would leave W as it is
  std::string failure;             ///< what broke down and in which pass; x is then the last one that is finite
  int newton = 0;                  ///< passes of the linear solve, or Newton steps
  double objective = 0.0, gradient = 0.0;
};

/// The fit for fixed smoothness weights, from the first guess in fit.x (moved). Recomputes W up to `passes` times.
/// Collective.
class EquationError {
 public:
  EquationError(residual::ResidualModel& model, estimators::Settings const& settings, run::Progress& progress);

  /// `keeper`: takes the state at the head of each pass, as part "fit", and gives it back after a restart.
  void fit(Fit& fit, int passes, checkpoint::Keeper& keeper);
  void fit(Fit& fit, int passes) {
    checkpoint::Keeper none;
    this->fit(fit, passes, none);
  }

  /// One minimisation for fixed weights W and beta, from x (moved, unless it breaks down); leaves H in solver(). Bounds are left
  /// to the caller where the system is affine. Returns whether it broke down. Collective.
  bool fit_once(Vec x, std::vector<Field> const& weights, std::vector<double> const& beta);

  residual::ResidualModel& model() { return model_; }
  parameters::ParameterSpace const& space() const { return model_.space(); }

  /// W at the point (clipped to the bounds).
  std::vector<Field> weights_at(Vec x);
  /// b = -J^T W R(0) (+ n), the right-hand side of the affine problem for these weights.
  petsc::Vector right_hand_side(std::vector<Field> const& weights);
  /// J^T W n for fields n, one a residual.
  petsc::Vector project(std::vector<Field> const& weights, std::vector<Field> const& n);
  /// H at x (x matters to nonlinear systems alone), a shell unless the solver assembles it. Collective.
  Mat normal_matrix(Vec x, std::vector<Field> const& weights, std::vector<double> const& beta);
  /// sum W (dR/dlam)^2 of every unknown's entries at x, pieces on all sharers. Collective.
  std::vector<Field> sensitivity(Vec x, std::vector<Field> const& weights);
  /// out := sum_p beta_p L_p x. Collective.
  void smoothness(std::vector<double> const& beta, Vec x, Vec out) const;
  /// Solves H x = b for the last normal_matrix(), from x; counts iterations. Collective.
  solver::Outcome solve(Vec b, Vec x) { return solve(b, x, settings_.tolerance); }
  solver::Outcome solve(Vec b, Vec x, double tolerance);
  /// sum_k sum_i W R^2 at x over all ranks.
  double misfit(Vec x, std::vector<Field> const& weights);
  /// What noise adds to the normal equations for these weights; null where it stays in. Collective.
  residual::NormalNoise const* noise(std::vector<Field> const& weights);
  /// Whether an entry lies outside of its bounds. Collective.
  bool violates_bounds(Vec x) const;
  /// dR/d(parameter feature) of an affine system, in the order of System::by_parameter; else empty. Not collective.
  std::vector<Field> const& partials() const { return partials_; }
  /// The smoothness then works where these derivatives do: one of both at a time. Not collective.
  void share_workspace(mollifier::Jets const& other) { smoothness_->share_workspace(other); }
  NormalSolver& solver() { return solver_; }
  run::Progress& progress() { return progress_; }
  /// Of the fit under way; null outside of one.
  checkpoint::Keeper* keeper() { return keeper_; }
  estimators::Settings const& settings() const { return settings_; }

 private:
  /// Of the linear solve that fit() ends with: residuals understate errors, by 60 times on the worst of the decks.
  double last_tolerance() const;
  /// One minimisation for the fit's weights: an affine one free, then within bounds where it violates them; what is left to TAO.
  /// Collective.
  void minimise(parameters::Bounds const& bounds, Fit& fit, double tolerance);
  /// Whether W has settled: each parameter has changed by less than a hundredth of what the data leave open. Collective.
  bool has_settled(std::vector<double> const& changes, Vec x);
  bool solve_free(Fit& fit, double tolerance);
  /// The affine problem within bounds from its free solution; false (fit.x as it was) where no active set is found. Collective.
  bool solve_within(parameters::Bounds const& bounds, Fit& fit, double tolerance);
  void take_objective(Mat matrix, Vec b, Fit& fit);

  residual::ResidualModel& model_;
  checkpoint::Keeper* keeper_ = nullptr;
  estimators::Settings settings_;
  run::Progress& progress_;
  std::shared_ptr<parameters::SmoothnessProduct> smoothness_;   ///< the solver has it too
  NormalSolver solver_;
  std::vector<Field> partials_;    ///< of an affine system, computed once
  std::vector<Field> constant_;    ///< R(0) of an affine system
  std::optional<residual::NoiseBias> bias_;
  residual::NormalNoise noise_;              ///< for the weights below
  std::vector<Field> noise_weights_;
};

/// Minimises with W fixed by TAO's Newton methods from fit.x: free (BNTR), and where what is found lies outside the bounds, or nothing is found, within
/// them (BNLS, many times the linear iterations) from fit.x again; affine problems within them at once, as they were solved free before. Returns whether it converged; fit.failure
/// says what broke down, if anything did. Collective.
bool minimise_with_tao(EquationError& problem, Fit& fit, parameters::Bounds const& bounds);

}  // namespace mollis::equation_error
