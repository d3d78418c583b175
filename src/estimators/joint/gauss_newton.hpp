#pragma once
/// Gauss-Newton steps on the joint objective by TAO: a line search along steps of conjugate gradients on a shell matrix.
#include "estimators/joint/preconditioner.hpp"

namespace mollis::joint {

/// H dx = -g at the objective's linearisation, as PETSc calls it back; entries where `moves` is 0 stay as they are.
struct LinearSystem {
  Objective& objective;
  Preconditioner& preconditioner;
  petsc::Vector moves = {};              ///< 1 or 0, one an entry of x; none: all move
  std::exception_ptr error = nullptr;    ///< what PETSc's C code must not see

  /// v with the entries that do not move set to 0. Collective.
  void project(Vec v) const;
};
/// The Gauss-Newton matrix as a PETSc shell; the system must outlive it. Collective.
petsc::Matrix make_shell(LinearSystem& system);
/// Lets a KSP use the preconditioner; the system must outlive it. Collective.
void set_preconditioner(KSP ksp, LinearSystem& system);

class GaussNewton {
 public:
  /// tolerance: of the linear solves, relative, in the preconditioner's norm. TAO's options apply (prefix "joint_").
  /// Collective.
  GaussNewton(Objective& objective, double tolerance, int most_krylov);
  ~GaussNewton();
  GaussNewton(GaussNewton const&) = delete;
  GaussNewton& operator=(GaussNewton const&) = delete;

  struct Outcome {
    double objective = 0.0, gradient = 0.0;
    double length = 0.0;      ///< of the step, as a fraction of the full one; 0: none was found
    double promised = 0.0;    ///< by how much the quadratic model would fall, in the preconditioner's norm
    int krylov = 0;
  };
  /// One step from x (moved) at the objective's weights. Collective.
  Outcome step(Vec x);
  /// Entries of x that steps may change (1) and may not (0); empty: all may.
  void let_move(petsc::Vector moves) { system_.moves = std::move(moves); }

 private:
  static PetscErrorCode evaluate(Tao, Vec x, PetscReal* value, Vec gradient, void* self);
  static PetscErrorCode linearise(Tao, Vec x, Mat, Mat, void* self);

  Objective& objective_;
  Preconditioner preconditioner_;
  LinearSystem system_;
  petsc::Matrix hessian_;
  petsc::Optimiser tao_;
  PetscReal first_norm_ = 0.0;   ///< of the residual of the last linear solve
};

}  // namespace mollis::joint
