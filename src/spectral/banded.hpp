#pragma once
/// Many symmetric positive banded systems of one size at once: L D L^T, eight systems side by side.
#include <vector>

#include "kernels/field.hpp"

namespace mollis::spectral {

class BandedSystems {
 public:
  static constexpr Index lanes = 8;

  /// `systems` matrices of `size` rows with entries up to `width` from the diagonal, all zero.
  BandedSystems(Index systems, Index size, Index width);

  /// Entry (row, row - offset) of a system, 0 <= offset <= width, before factorise().
  double& at(Index system, Index row, Index offset) {
    return entries_[static_cast<std::size_t>(((system / lanes * size_ + row) * (width_ + 1) + offset) * lanes + system % lanes)];
  }
  /// Adds `floor` times its largest diagonal entry to the diagonal of each matrix (a near null space stays finite).
  void factorise(double floor);
  /// Solves a group of `lanes` systems in place: x[row * lanes + lane].
  void solve(Index group, double* x) const;

  Index systems() const { return systems_; }
  Index groups() const { return (systems_ + lanes - 1) / lanes; }
  Index size() const { return size_; }

 private:
  void factorise_group(Index group, double floor);

  Index systems_, size_, width_;
  double scale_ = 1.0;            ///< the largest diagonal entry: keeps the factors within single precision
  std::vector<double> entries_;   ///< [group][row][offset][lane]; emptied by factorise()
  std::vector<float> factors_;    ///< likewise: scale / D at offset 0, L below; single precision serves a preconditioner
};

}  // namespace mollis::spectral
