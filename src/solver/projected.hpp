#pragma once
/// An operator on the entries that may move, and its preconditioner: m A m and m P m, m a diagonal of ones and zeros. Vectors that
/// are 0 where m is stay so.
#include "solver/operator.hpp"

namespace mollis::solver {
/// out := m A m in. `whole` outlives it.
class Projected final : public Operator {
 public:
  explicit Projected(Operator& whole) : whole_(whole) {}
  /// moves: m, 1 and 0, like the vectors of A, held by the caller; null: all entries move. Not collective, alike on all ranks.
  void set(Vec moves) { moves_ = moves; }
  void apply(Vec in, Vec out) override;   ///< Collective.

 private:
  Operator& whole_;
  Vec moves_ = nullptr;
  petsc::Vector masked_;
};
/// z := m P r, r being 0 where m is. `whole` outlives it.
class ProjectedPreconditioner final : public Preconditioner {
 public:
  explicit ProjectedPreconditioner(Preconditioner& whole) : whole_(whole) {}
  void set(Vec moves) { moves_ = moves; }
  void apply(Vec r, Vec z) override;   ///< Collective.

 private:
  Preconditioner& whole_;
  Vec moves_ = nullptr;
};

}  // namespace mollis::solver
