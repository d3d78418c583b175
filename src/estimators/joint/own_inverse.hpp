#pragma once
/// A parameter's own part of the joint Hessian, sum_k w_k (dR_k/dp)^T dR_k/dp + beta L, all else held: as a sparse matrix, factorised.
#include "estimators/joint/objective.hpp"
#include "grid/numbering.hpp"
#include "solver/sparse_inverse.hpp"

namespace mollis::joint {

class OwnInverse {
 public:
  /// Whether PETSc can factorise it, at small cost: over a plane at most, or a few points. Not collective.
  static bool serves(Objective const& objective, std::size_t unknown);
  /// unknown: over some axes, or all. Collective.
  OwnInverse(Objective& objective, std::size_t unknown);

  /// At the objective's last linearise() and its weights. Collective.
  void update();
  /// values := inverse values, those of this rank where it is the owner, else none. Collective.
  void apply(HostField const& values);

 private:
  using Point = grid::Numbering::Point;
  void add_equation(Mat to) const;

  Objective& objective_;
  std::size_t unknown_;
  grid::Numbering numbers_;
  Index local_;
  std::unique_ptr<solver::SparseInverse> inverse_;
};

}  // namespace mollis::joint
