#pragma once
/// The inverse of an assembled sparse matrix by a Cholesky factorisation: MUMPS on any number of ranks, PETSc's own on
/// one. Of small matrices every rank may hold the whole, where messages between ranks would take longer than their
/// factors and solves.
#include <optional>
#include <vector>

#include "solver/operator.hpp"

namespace mollis::solver {

/// P = (A + e D)^-1, D the diagonal of A; e = 0 unless rounding makes A indefinite.
class SparseInverse final : public Preconditioner {
 public:
  /// Whether PETSc can factorise on this communicator. Not collective.
  static bool is_available(MPI_Comm comm);

  enum class Place { copies, spread };  ///< of small matrices: the whole on every rank, or a part on each as of others

  /// `matrix`: of type AIJ, symmetric, both triangles, every entry of the diagonal positive. Where no factor exists the
  /// diagonal takes its place. Collective.
  explicit SparseInverse(petsc::Matrix matrix, Place place = Place::copies);
  /// Another matrix, as often as wanted. As many entries as before must stand at the same places: what was found out about these
  /// stays. Collective.
  void renew(petsc::Matrix matrix);
  void apply(Vec r, Vec z) override;
  /// log det A, on every rank; nothing where there is no factor of A itself or the library does not tell. Not collective.
  std::optional<double> log_determinant() const { return log_determinant_; }

  static constexpr PetscInt small = 20000;  ///< rows of a matrix that every rank may hold whole
  static constexpr PetscInt work_space = 50;  ///< per cent that MUMPS takes beyond what it foresees

 private:
  void take(petsc::Matrix matrix);
  void gather(petsc::Matrix matrix);
  void analyse(MatSolverType by);
  bool factorise();

  Place place_;
  std::vector<int> counts_, starts_;  ///< of every rank, where each holds the whole; else empty
  petsc::Vector whole_r_, whole_z_;
  petsc::Matrix matrix_, factor_;
  petsc::Vector diagonal_;  ///< of A
  double entries_ = 0.0;    ///< of the matrix analysed
  bool exists_ = false;
  std::optional<double> log_determinant_;
};

}  // namespace mollis::solver
