#pragma once
/// The one solver of normal equations A x = b, A symmetric positive: preconditioned conjugate gradients, whose vectors stand while it
/// solves (PETSc's KSP, whose options apply with the prefix given).
#include <memory>
#include <string>
#include <vector>

#include "run/ticker.hpp"
#include "solver/shells.hpp"

namespace mollis::solver {

/// When to stop.
struct Stop {
  double tolerance = 1e-8;     ///< relative to the first residual (to |b|), in the norm below
  int most = 5000;             ///< iterations
  bool natural = false;        ///< the norm r^T P r in place of that of the preconditioned residual
};

/// How a solve ended. Numerics that fail are results: only wrong options and bugs are exceptions.
struct Outcome {
  int iterations = 0;
  bool converged = false;
  std::string broken = {};     ///< what broke down, where something did (values not finite, an indefinite matrix, a factor that
                               ///< does not exist); empty where iterations ran out
};

class ConjugateGradients {
 public:
  ConjugateGradients(ConjugateGradients const&) = delete;
  ConjugateGradients& operator=(ConjugateGradients const&) = delete;

  /// Of an operator without a matrix. Collective.
  ConjugateGradients(MPI_Comm comm, Index local, Operator& op, Preconditioner* preconditioner, Stop const& stop,
                     char const* prefix = nullptr);
  /// Of assembled matrices, given by set_matrix; the caller sets ksp()'s preconditioner and calls take_options(). Collective.
  ConjugateGradients(MPI_Comm comm, Stop const& stop, char const* prefix = nullptr);

  void take_options();
  /// The next matrix; `renew`: its preconditioner is set up anew. Collective.
  void set_matrix(Mat matrix, bool renew);
  void set_tolerance(double tolerance);

  /// x holds the first guess; afterwards it is finite, 0 where nothing else is left of it. Collective.
  Outcome solve(Vec b, Vec x);
  /// Several right-hand sides, one after the other with the same workspaces. Collective.
  std::vector<Outcome> solve(std::vector<Vec> const& b, std::vector<Vec> const& x);

  KSP ksp() const { return ksp_; }

 private:
  Outcome outcome(PetscErrorCode code, Vec b, Vec x);
  void set_down();

  std::unique_ptr<Shells> shells_;
  petsc::LinearSolver ksp_;
  Stop stop_;
  run::Ticker tick_;
  std::string dead_;     ///< the error that left PETSc's solver unusable
};

/// Conjugate gradients with this rule on a KSP that somebody else made (TAO). Collective.
void set_rule(KSP ksp, Stop const& stop);
/// Every direction stays orthogonal to those of the last `most` iterations, which are kept, two vectors each, `first` of them made at once: rounding
/// then no longer decides how many iterations it takes (Notay 2000, SIAM J. Sci. Comput. 22, 1444: flexible conjugate gradients). After
/// set_rule(). Collective.
void keep_directions(KSP ksp, int first, int most);
/// After options were read: run::Error usage where they make tolerances that are none. A solve that does not converge stays a
/// result (-ksp_error_if_not_converged would make it an error). Collective.
void check_rule(KSP ksp);
/// Why the last solve broke down; empty where it converged or iterations ran out. Not collective.
std::string breakdown_of(KSP ksp);

}  // namespace mollis::solver
