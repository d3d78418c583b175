#pragma once
/// The inverse of a small operator, by its entries: where no cheaper approximation is any good.
#include <vector>

#include "solver/operator.hpp"

namespace mollis::solver {

/// P = (A + e D)^-1, D the diagonal of A, by Cholesky; e = 0 unless rounding makes A indefinite. Entries whose diagonal vanishes, and
/// those that `moves` (1 or 0; null: all 1) holds, are left to themselves (P = 1 there). Every rank holds all n^2 entries and
/// factorises them alike: n applications of A, n^3 / 3 operations, so n must be a few thousand at most.
class DenseInverse final : public Preconditioner {
 public:
  /// `like`: a vector of A's. Collective.
  DenseInverse(Operator& op, Vec like, Vec moves);
  void apply(Vec r, Vec z) override;

  static constexpr Index most = 3000;   ///< unknowns: as many products as conjugate gradients get where nothing helps them

 private:
  std::vector<double> gathered(Vec v) const;
  void assemble(Operator& op, Vec like);
  void hold(Vec moves);
  void factorise();

  MPI_Comm comm_;
  std::vector<int> counts_, starts_;     ///< of every rank
  int size_ = 0, first_ = 0;
  std::vector<double> scale_;            ///< 1 / sqrt of the diagonal
  std::vector<double> factor_;           ///< L of L L^T = D^-1/2 A D^-1/2, columns
};

}  // namespace mollis::solver
