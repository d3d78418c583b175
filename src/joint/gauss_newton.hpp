#pragma once
/// Gauss-Newton steps on the joint objective by TAO: a line search along steps of conjugate gradients on a shell matrix.
#include "joint/preconditioner.hpp"

namespace mollis::joint {

/// The Gauss-Newton matrix as a PETSc shell; the objective must outlive it. Collective.
petsc::Matrix make_shell(Objective& objective);
/// Lets a KSP use the preconditioner, which must outlive it. Collective.
void set_preconditioner(KSP ksp, Preconditioner& preconditioner);

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
  Preconditioner& preconditioner() { return preconditioner_; }

 private:
  static PetscErrorCode evaluate(Tao, Vec x, PetscReal* value, Vec gradient, void* self);
  static PetscErrorCode linearise(Tao, Vec x, Mat, Mat, void* self);

  Objective& objective_;
  Preconditioner preconditioner_;
  petsc::Matrix hessian_;
  petsc::Optimiser tao_;
  std::exception_ptr error_;
  PetscReal first_norm_ = 0.0;   ///< of the residual of the last linear solve
};

}  // namespace mollis::joint
