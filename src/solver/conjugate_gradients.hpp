#pragma once
/// The one solver of normal equations A x = b, A symmetric positive: preconditioned conjugate gradients with workspaces made
/// once (PETSc's KSP, whose options apply with the prefix given).
#include <memory>
#include <vector>

#include "solver/shells.hpp"

namespace mollis::solver {

/// When to stop.
struct Stop {
  double tolerance = 1e-8;     ///< relative to the first residual (to |b|), in the norm below
  int most = 5000;             ///< iterations
  bool natural = false;        ///< the norm r^T P r in place of that of the preconditioned residual
};

struct Outcome {
  int iterations = 0;
  bool converged = false;
};

class ConjugateGradients {
 public:
  /// Of an operator without a matrix. Collective.
  ConjugateGradients(MPI_Comm comm, Index local, Operator& op, Preconditioner* preconditioner, Stop const& stop,
                     char const* prefix = nullptr);
  /// Of assembled matrices, given by set_matrix; the caller sets ksp()'s preconditioner and calls take_options(). Collective.
  ConjugateGradients(MPI_Comm comm, Stop const& stop, char const* prefix = nullptr);

  void take_options();
  /// The next matrix; `renew`: its preconditioner is set up anew. Collective.
  void set_matrix(Mat matrix, bool renew);
  void set_tolerance(double tolerance);

  /// x holds the first guess. Collective.
  Outcome solve(Vec b, Vec x);
  /// Several right-hand sides, one after the other with the same workspaces. Collective.
  std::vector<Outcome> solve(std::vector<Vec> const& b, std::vector<Vec> const& x);

  KSP ksp() const { return ksp_; }

 private:
  std::unique_ptr<Shells> shells_;
  petsc::LinearSolver ksp_;
  Stop stop_;
};

/// Conjugate gradients with this rule on a KSP that somebody else made (TAO). Collective.
void set_rule(KSP ksp, Stop const& stop);

}  // namespace mollis::solver
