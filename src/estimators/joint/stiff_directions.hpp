#pragma once
/// What the smoothness of fields leaves free, with the response of the states: z = (-H_gg^-1 C^T e, e), e the polynomials of a field below the
/// order of its smoothness. The line models scale fields by what multiplies them, q = T p, and take for smooth what is smooth in q: polynomials of p
/// then count as rough, the more the stiffer the field. Conjugate gradients hardly see them in r^T P r and end without them: all that the data tell
/// of a very smooth field stood in them, and its standard error came out a hundredth of what it is. Kept in single precision: these are directions, rounded
/// or not.
#include "estimators/joint/coarse_space.hpp"
#include "estimators/joint/objective.hpp"
#include "kernels/single.hpp"
#include "solver/conjugate_gradients.hpp"

namespace mollis::joint {

class StiffDirections {
 public:
  explicit StiffDirections(Objective& objective) : objective_(objective) {}
  /// Of these unknowns, over all axes, at the objective's last linearise(). `inverse`: of H on the states. Collective.
  void update(std::vector<int> const& unknowns, solver::Preconditioner& inverse);
  void clear() {
    space_.clear();
    directions_.clear();
  }
  /// z += Z (Z^T H Z)^-1 Z^T r. Collective.
  void add(Vec r, Vec z) const;

 private:
  void add_direction(Vec polynomial, Vec states, solver::ConjugateGradients& gradients);
  std::vector<double> along(Vec v) const;
  void find_products();

  Objective& objective_;
  std::vector<kernels::SingleField> directions_;
  CoarseSpace space_;
};

}  // namespace mollis::joint
