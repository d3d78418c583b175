#pragma once
/// Solution of the normal equations H x = b.
#include "parameters/parameter_space.hpp"
#include "solver/conjugate_gradients.hpp"

namespace mollis::equation_error {

/// CG with algebraic multigrid on fields (GAMG; BoomerAMG, where PETSc has it, for smoothness of order 2 and more; Jacobi
/// for order 1 over three axes and more); exact where all unknowns are constants and fields over one axis; a field split where
/// constants and wider fields occur. Options of the command line apply (no prefix).
/// H changes little from one solve to the next while weights settle, and setting up multigrid in 3D costs more than the
/// solve: the preconditioner is kept until the iterations grow, or until renew().
class NormalSolver {
 public:
  /// `tolerance`: relative to |b|. `coupled`: smoothness couples the points; else the diagonal will do (and may be 0 where the
  /// data say nothing). Collective.
  NormalSolver(parameters::ParameterSpace const& space, double tolerance, bool coupled);
  /// x holds the first guess. Collective.
  solver::Outcome solve(Mat matrix, Vec b, Vec x);
  /// The same to another tolerance. Collective.
  solver::Outcome solve(Mat matrix, Vec b, Vec x, double tolerance);
  /// The next matrix is quite another one: set up the preconditioner for it.
  void renew() { renew_ = true; }

 private:
  solver::ConjugateGradients solver_;
  double tolerance_;
  bool renew_ = true;            ///< set up the preconditioner for the next matrix
  int fresh_iterations_ = 0;     ///< of the first solve with the present preconditioner
};

/// Whether all unknowns are constants or fields over one axis, short enough for a direct solve on each rank. Not collective.
bool all_profiles(parameters::ParameterSpace const& space);

/// Sets the preconditioner described above on a KSP that has no operators yet. Collective.
void set_preconditioner(KSP ksp, parameters::ParameterSpace const& space);

}  // namespace mollis::equation_error
