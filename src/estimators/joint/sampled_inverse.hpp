#pragma once
/// (S^T S + ridge)^-1, S the splines of a lattice at all points of the grid: along each axis in the waves, or between open ends in the
/// eigenvectors, of its own S_a^T S_a, of which S^T S is the product over the axes.
#include <optional>

#include "estimators/joint/lattice.hpp"
#include "mollifier/jets.hpp"
#include "kernels/field.hpp"
#include "petsc/handles.hpp"
#include "solver/operator.hpp"
#include "spectral/spectral_box.hpp"

namespace mollis::joint {

class SampledInverse final : public solver::Preconditioner {
 public:
  /// Nothing where an axis reflects, or where its eigenvectors cost more than the conjugate gradients that do without them. Collective.
  static std::optional<SampledInverse> make(Lattice const& lattice, double ridge);

  /// z := (S^T S + ridge)^-1 r, coefficients of one state. Collective.
  void apply(Vec r, Vec z) override;

 private:
  /// One axis.
  struct Line {
    spectral::Basis basis = spectral::Basis::none;
    spectral::Modes modes;            ///< of Basis::modes
    std::vector<double> values;       ///< of S_a^T S_a, one a coefficient
  };
  SampledInverse(Lattice const& lattice, std::vector<Line> const& lines, double ridge);
  static Line line_of(Lattice const& lattice, mollifier::Jets const& jets, int axis);

  spectral::SpectralBox box_;
  HostField inverse_;
};

}  // namespace mollis::joint
