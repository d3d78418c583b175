#pragma once
/// Residuals' rows in the waves of a line model: along the line they stand at the points of the grid alone, along all other axes on the lattice, 0 beyond the grid.
#include <optional>

#include "estimators/joint/lattice.hpp"
#include "spectral/spectral_box.hpp"

namespace mollis::joint {

class RowWaves {
 public:
  /// `coefficients`: the waves of the lattice with this line (or none, -1), which these meet one by one. Collective.
  RowWaves(Lattice const& lattice, spectral::SpectralBox const& coefficients, Index reach);

  /// Of a row a point of the grid on this rank, and back. Collective.
  HostField waves_of(Field const& row) const;
  Field rows_of(HostField waves) const;
  /// Of one residual, this rank's. Not collective.
  Index size() const { return box_->lines().box.size(); }
  /// Along the line: rows, those ahead of the grid's first. Not collective.
  Index points() const { return box_->lines().points; }
  Index ahead() const { return ahead_; }

 private:
  Lattice const& lattice_;
  std::optional<spectral::SpectralBox> box_;
  Extents extents_{};                ///< of this rank's points that are transformed
  kernels::Window window_{};         ///< of the grid's among them
  Index ahead_ = 0;
};

}  // namespace mollis::joint
