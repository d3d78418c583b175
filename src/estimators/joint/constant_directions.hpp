#pragma once
/// Constants beside a factorised Hessian, taken out by their directions: z_i = (-H^-1 C^T e_i, e_i), the response of all else to constant i
/// in the Gauss-Newton matrix H, which couples it to nothing of the rest. So H^-1 is that of the rest, and Z (Z^T H Z)^-1 Z^T beside it.
#include "estimators/joint/coarse_space.hpp"
#include "estimators/joint/objective.hpp"
#include "solver/operator.hpp"

namespace mollis::joint {

class ConstantDirections {
 public:
  explicit ConstantDirections(Objective& objective);  ///< Not collective.

  /// At the objective's last linearise(), by conjugate gradients from those of the last time, until what they lack has a small share of
  /// z^T H z: where it has not, steps along the constants are far too short, and pass for converged. `moves`: see Preconditioner::update.
  /// `rest`: an inverse of H on all other unknowns. Collective.
  void update(Vec moves, solver::Preconditioner& rest);
  /// None until the next update. Not collective.
  void clear() { space_.clear(); }
  /// z += Z (Z^T H Z)^-1 Z^T r. Collective.
  void add(Vec r, Vec z) const;

 private:
  struct Direction {
    std::size_t unknown;
    petsc::Vector z;   ///< empty: held
  };
  double entry(Vec v, Direction const& direction) const;
  void set_entry(Vec v, Direction const& direction, double value) const;
  std::vector<bool> hold(Vec rest) const;
  std::vector<Vec> moving() const;

  Objective& objective_;
  std::vector<Direction> directions_;
  CoarseSpace space_;
};

}  // namespace mollis::joint
