#pragma once
/// Many symmetric positive banded systems of one size: L D L^T, eight systems side by side (a group). Groups are filled and
/// factorised one after the other, so that entries in double precision exist for one group alone.
#include <vector>

#include "kernels/field.hpp"

namespace mollis::spectral {

class BandedSystems {
 public:
  static constexpr Index lanes = 8;

  /// `systems` matrices of `size` rows with entries up to `width` from the diagonal.
  BandedSystems(Index systems, Index size, Index width);

  /// Sets all entries of the next group to 0; those of the last one are gone.
  void clear();
  /// Entry (row, row - offset) of a system of the group in hand, 0 <= offset <= width.
  double& at(Index system, Index row, Index offset) {
    return entries_[static_cast<std::size_t>((row * (width_ + 1) + offset) * lanes + system % lanes)];
  }
  /// Factorises the group in hand, in double precision, and keeps it in single precision. Adds `floor` times
  /// itself to each diagonal entry (a near null space stays finite, and no row's unit matters to another).
  void factorise(Index group, double floor);
  /// Frees what filling needs.
  void finish() { std::vector<double>().swap(entries_); }
  /// Solves a group of `lanes` systems in place: x[row * lanes + lane].
  void solve(Index group, double* x) const;

  Index systems() const { return systems_; }
  Index groups() const { return (systems_ + lanes - 1) / lanes; }
  Index size() const { return size_; }

 private:
  Index systems_, size_, width_;
  std::vector<double> scale_;     ///< the largest diagonal entry of each group: keeps the factors within single precision
  std::vector<double> entries_;   ///< [row][offset][lane] of the group in hand
  std::vector<float> factors_;    ///< [group][row][offset][lane]: scale / D at offset 0, L below
};

}  // namespace mollis::spectral
