#pragma once
/// An operator on the entries that may move, and its preconditioner: m A m and m P m, m a diagonal of ones and zeros. Vectors that
/// are 0 where m is stay so.
#include "solver/operator.hpp"

namespace mollis::solver {

class Projected final : public Operator {
 public:
  explicit Projected(Operator& whole) : whole_(whole) {}
  /// moves: 1 and 0, held by the caller; null: all entries move.
  void set(Vec moves) { moves_ = moves; }
  void apply(Vec in, Vec out) override;

 private:
  Operator& whole_;
  Vec moves_ = nullptr;
  petsc::Vector masked_;
};

class ProjectedPreconditioner final : public Preconditioner {
 public:
  explicit ProjectedPreconditioner(Preconditioner& whole) : whole_(whole) {}
  void set(Vec moves) { moves_ = moves; }
  void apply(Vec r, Vec z) override;

 private:
  Preconditioner& whole_;
  Vec moves_ = nullptr;
};

}  // namespace mollis::solver
