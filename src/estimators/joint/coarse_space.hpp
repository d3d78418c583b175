#pragma once
/// A few directions Z of all unknowns and the Hessian on them: Z (Z^T H Z)^-1 Z^T.
#include <vector>

#include "petsc/handles.hpp"
#include "solver/operator.hpp"

namespace mollis::joint {

class CoarseSpace {
 public:
  /// images: H z of each direction. Directions that nothing tells apart, or nothing tells: the diagonal is raised until there is a factor.
  /// Collective.
  void set(std::vector<Vec> const& directions, std::vector<petsc::Vector> const& images);
  /// The same with H itself: one image at a time. Collective.
  void set(std::vector<Vec> const& directions, solver::Operator& hessian);
  /// z_i^T H z_j, row-major. Not collective.
  void set(std::vector<double> const& products) { factorise(products); }
  void clear() { within_.clear(); }
  /// z += Z (Z^T H Z)^-1 Z^T r for the directions that it was set with. Collective.
  void add(std::vector<Vec> const& directions, Vec r, Vec z) const;
  /// along := (Z^T H Z)^-1 along. False where there is no factor. Not collective.
  bool solve(std::vector<double>& along) const;

 private:
  void factorise(std::vector<double> const& products);
  std::vector<double> within_;   ///< Cholesky factor of z_i^T H z_j
};

}  // namespace mollis::joint
