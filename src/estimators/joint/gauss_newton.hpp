#pragma once
/// Gauss-Newton steps on the joint objective by TAO: a line search along steps of conjugate gradients on a shell matrix.
#include "estimators/joint/preconditioner.hpp"
#include "estimators/joint/saddle.hpp"
#include "solver/conjugate_gradients.hpp"
#include "solver/projected.hpp"

namespace mollis::joint {

/// H of the objective's last linearise(); entries where `moves` is 0 stay as they are.
class Hessian final : public solver::Operator {
 public:
  explicit Hessian(Objective& objective) : objective_(objective) {}
  void apply(Vec in, Vec out) override;
  /// v with the entries that do not move set to 0. Collective.
  void project(Vec v) const;
  petsc::Vector moves = {};              ///< 1 or 0, one an entry of x; none: all move

 private:
  Objective& objective_;
};

constexpr double never_failed = 1e300;   ///< of GaussNewton::saddle_failed_at()

class GaussNewton {
 public:
  /// tolerance: of the linear solves, relative, in the preconditioner's norm; a millionth where the Hessian is factorised. TAO's options apply (prefix "joint_").
  /// Collective.
  GaussNewton(Objective& objective, double tolerance, int most_krylov);
  ~GaussNewton();
  GaussNewton(GaussNewton const&) = delete;
  GaussNewton& operator=(GaussNewton const&) = delete;

  struct Outcome {
    double objective = 0.0, gradient = 0.0;
    double length = 0.0;      ///< of the step, as a fraction of the full one; 0: none was found
    double promised = 0.0;    ///< by how much the quadratic model would fall, in the preconditioner's norm
    double distance = 0.0;    ///< of the linear solution in the norm of H, (s^T H s)^(1/2): no linear function of states and parameters
                              ///< changes by more of its posterior standard deviations
    double lost = 0.0;        ///< |<r, s>| over the size of s and what r, that s leaves, was to reach: 0 but for rounding, which conjugate gradients amplify
                              ///< once their directions are no longer orthogonal; about what sums of another order change s by, relative
    int krylov = 0;
    std::string broken = {};  ///< what broke down, if anything did; x is then where it was
    bool solved = false;      ///< the linear solve reached its tolerance
    bool failed = false;      ///< the preconditioner does not serve: not solved, or where directions are kept and nothing is settling, not in 100 iterations
  };
  /// One step from x (moved) at the objective's weights. Collective.
  Outcome step(Vec x);
  /// From now on the whole step, without a search along it: where the objective falls by less than its rounding a search
  /// finds nothing. `most_krylov`: iterations of its linear solve. Collective.
  void take_whole_steps(int most_krylov);
  /// Whether the Hessian is factorised; Preconditioner::untold(). Collective.
  bool is_exact() const { return preconditioner_.is_exact(); }
  std::optional<double> untold(std::size_t unknown) const { return preconditioner_.untold(unknown); }
  /// Preconditioner::can_leave_averages(). Collective.
  bool can_leave_averages() const { return preconditioner_.can_leave_averages(); }
  /// Preconditioner::leave_edges().
  void leave_edges(bool leave) { preconditioner_.leave_edges(leave); }
  /// The stiffest smoothness weight with which the saddle point has not served; -1: it does not serve at all.
  double saddle_failed_at() const { return saddle_failed_at_; }
  /// As the run before stood. Not collective.
  void go_on(bool stiff, double saddle_failed_at) {
    saddle_failed_at_ = saddle_failed_at;
    objective_.set_stiff(stiff);
  }
  /// Entries of x that steps may change (1) and may not (0); empty: all may.
  void let_move(petsc::Vector moves) {
    hessian_.moves = std::move(moves);
    projected_.set(hessian_.moves);
  }

 private:
  /// b^T P b of the last linear solve's right-hand side, its root.
  double size_of_gradient() const { return objective_.is_stiff() ? by_saddle_.first : first_norm_; }
  void judge_saddle(bool slow);
  int most_saddle_to(double tolerance) const;
  static PetscErrorCode guess(KSP ksp, Vec b, Vec s, void* self);
  static PetscErrorCode measure(KSP ksp, Vec b, Vec s, void* self);
  static PetscErrorCode evaluate(Tao, Vec x, PetscReal* value, Vec gradient, void* self);
  static PetscErrorCode linearise(Tao, Vec x, Mat, Mat, void* self);

  Objective& objective_;
  Preconditioner preconditioner_;
  double tolerance_;             ///< of a step
  Hessian hessian_;
  Saddle saddle_;
  solver::ProjectedPreconditioner projected_;   ///< on the entries that move
  solver::Shells shells_;
  petsc::Optimiser tao_;
  PetscReal first_norm_ = 0.0;   ///< of the residual of the last linear solve
  double distance_ = 0.0, lost_ = 1.0;   ///< of the last linear solve, as Outcome has them
  run::Ticker tick_;
  bool keeps_directions_ = false, has_saddle_ = false, takes_whole_steps_ = false;
  double saddle_failed_at_ = never_failed;
  Saddle::Outcome by_saddle_;    ///< of the last linear solve
  bool finite_ = true;           ///< value and gradient where TAO asked for them last
};

}  // namespace mollis::joint
