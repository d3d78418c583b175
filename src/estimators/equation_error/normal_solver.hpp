#pragma once
/// The normal equations H x = b, H = J^T W J - N + sum_p beta_p L_p, and their solution.
#include <optional>

#include "estimators/equation_error/normal_matrix.hpp"
#include "estimators/equation_error/spectral_preconditioner.hpp"
#include "solver/conjugate_gradients.hpp"
#include "solver/projected.hpp"

namespace mollis::equation_error {

/// Fields over two axes and more: conjugate gradients without a matrix, preconditioned in the modes of the smoothness. H is assembled
/// where all unknowns are constants or fields over one axis (and solved directly), where nothing couples the points, and where
/// -pc_type asks for a preconditioner of PETSc's, all of which read a matrix. Options of the command line apply (no prefix).
class NormalSolver {
 public:
  /// `tolerance`: relative to |b|. `coupled`: smoothness couples the points; else the diagonal will do (and may be 0 where the
  /// data say nothing). `smoothness`: of `space`. Collective.
  NormalSolver(parameters::ParameterSpace const& space, std::shared_ptr<parameters::SmoothnessProduct const> smoothness, double tolerance, bool coupled);

  /// The next H. Collective.
  void update(NormalParts const& parts);
  /// H as it is now: a shell, or assembled.
  Mat matrix() const;
  /// H as it is now, assembled (TAO's bounded methods take it apart). Collective.
  Mat assembled();

  /// x holds the first guess; `tolerance` in place of the constructor's. Collective.
  solver::Outcome solve(Vec b, Vec x, double tolerance);
  solver::Outcome solve(Vec b, Vec x) { return solve(b, x, tolerance_); }
  /// The same for the entries where `moves` is 1; those where it is 0 stay as they are in x. Collective.
  solver::Outcome solve_moving(Vec moves, Vec b, Vec x, double tolerance);

  /// The trace of H^-1 over each parameter, of H averaged over the points (0 where H is assembled). Collective.
  std::vector<double> traces_of_inverse();

  /// Where the run may stop: at each product of a solve with the shell. Null: nowhere. Not collective.
  void pause_at(checkpoint::Keeper* keeper) { keeper_ = keeper; }

  /// Whether matrix() is a shell.
  bool is_shell() const { return shell_ != nullptr; }
  /// Brings the preconditioner of the shell up to H as it is now. Collective.
  void renew_preconditioner();
  /// Lets a KSP of somebody else's use the preconditioner of the shell. Collective.
  void put_preconditioner(KSP ksp) { shell_->whole.put_preconditioner(ksp); }

 private:
  struct Shell {
    Shell(parameters::ParameterSpace const& space, std::shared_ptr<parameters::SmoothnessProduct const> smoothness, double tolerance);
    NormalOperator normal;
    SpectralPreconditioner spectral;
    bool fresh = false;                          ///< the preconditioner is that of H as it is now
    solver::Projected moving;
    solver::ProjectedPreconditioner moving_spectral;
    solver::Shells whole;
    solver::ConjugateGradients gradients;
  };
  solver::Outcome solve_shell(Vec b, Vec x, double tolerance);
  solver::Outcome solve_assembled(Mat matrix, Vec b, Vec x, double tolerance);

  parameters::ParameterSpace const* space_;
  double tolerance_;
  checkpoint::Keeper* keeper_ = nullptr;
  NormalParts parts_{};
  std::unique_ptr<Shell> shell_;
  std::optional<NormalMatrix> matrix_;
  bool assembled_fresh_ = false;                 ///< matrix_ is H as it is now
  std::unique_ptr<solver::ConjugateGradients> gradients_;  ///< of the assembled matrix
};

/// Whether all unknowns are constants or fields over one axis, short enough for a direct solve on each rank. Not collective.
bool all_profiles(parameters::ParameterSpace const& space);

}  // namespace mollis::equation_error
