#pragma once
/// The inverse of an assembled sparse matrix by a Cholesky factorisation: MUMPS on any number of ranks, PETSc's own on one.
#include "solver/operator.hpp"

namespace mollis::solver {

/// P = (A + e D)^-1, D the diagonal of A; e = 0 unless rounding makes A indefinite.
class SparseInverse final : public Preconditioner {
 public:
  /// Whether PETSc can factorise on this communicator. Not collective.
  static bool is_available(MPI_Comm comm);

  /// `matrix`: of type AIJ, symmetric, both triangles, every entry of the diagonal positive. Where no factor exists the diagonal takes
  /// its place. Collective.
  explicit SparseInverse(petsc::Matrix matrix);
  void apply(Vec r, Vec z) override;

 private:
  bool factorise();

  petsc::Matrix matrix_, factor_;
  petsc::Vector diagonal_;               ///< of A
  bool exists_ = false;
};

}  // namespace mollis::solver
