#pragma once
/// Many symmetric positive banded systems of one size, L D L^T, sixteen side by side (a group). Rows come in blocks, and a stretch of
/// blocks may be alike: entries exist once for these, and so do factors from where they have settled along the stretch (for all but
/// the longest waves after a few dozen rows). A thread fills and factorises groups one after the other, so that entries
/// exist for one group a thread. Factors are made in double precision and kept in single, which an approximate inverse can do with: what is solved is
/// L D L^T of those that are kept, positive and symmetric, in double precision. Those of a system do not depend on what stands beside it.
#include <array>
#include <vector>

#include "grid/axis.hpp"
#include "kernels/field.hpp"

namespace mollis::spectral {

class BandedSystems {
 public:
  static constexpr Index lanes = 16;
  using Values = std::array<double, lanes>;   ///< one a system of a group

  /// `systems` matrices of `blocks` times `block` rows with entries up to `width` from the diagonal. All blocks of `alike` have the
  /// entries of its first one.
  BandedSystems(Index systems, Index blocks, Index block, Index width, grid::Range alike = {0, 0});

 private:
  struct Factors;

 public:
  /// The entries of one group at a time, and its factorisation. Threads that fill groups side by side have one each.
  class Filling {
   public:
    explicit Filling(BandedSystems& systems)
        : of_(systems), size_(systems.size_), block_(systems.block_), width_(systems.width_), gap_(systems.gap_), skipped_(systems.skipped_) {}
    /// Sets all entries of the next group to 0; those of the last one are gone.
    void clear();
    /// Entry (row, row - offset) of the systems of the group in hand, side by side, 0 <= offset <= width; null where the first block of `alike`
    /// stands for the row.
    double* at(Index row, Index offset) {
      if (row >= gap_ && row < gap_ + skipped_) return nullptr;
      return entries_.data() + ((row < gap_ ? row : row - skipped_) * (width_ + 1) + offset) * lanes;
    }
    /// Adds to that of one system.
    void add(Index system, Index row, Index offset, double value) {
      if (double* const entry = at(row, offset)) entry[system % lanes] += value;
    }
    /// Factorises the group in hand. Rows without a diagonal entry get the
    /// largest one of their system. Adds `floor` times itself to each diagonal entry (a near null space stays finite, and no row's unit
    /// matters to another).
    void factorise(Index group, double floor);

   private:
    void prepare(Index group, double floor, Factors& factors);
    void eliminate(Factors const& factors, Index row);
    bool settle(Index row, std::array<bool, lanes>& settled);

    BandedSystems& of_;
    Index size_, block_, width_, gap_, skipped_;   ///< of the systems
    std::vector<double> entries_;    ///< [row that it holds][offset][lane] of the group in hand
    std::vector<double> work_;       ///< [row of the factors][offset][lane] of the group in hand
    std::vector<double> diagonal_;   ///< [row that it holds][lane]
  };

  /// Solves a group of `lanes` systems in place: x[row * lanes + lane].
  void solve(Index group, double* x) const;

  Index systems() const { return systems_; }
  Index groups() const { return (systems_ + lanes - 1) / lanes; }
  Index size() const { return size_; }
  Index bytes() const;  ///< of the factors

 private:
  /// Factors of a group: rows up to the end of block `settled`, then those behind `alike`; blocks between have those of `settled`.
  struct Factors {
    std::vector<float> scale;  ///< by which rows and columns are multiplied, [row of a block][lane]
    Index own = 0;              ///< rows ahead of those that have settled
    Index repeated = 0;         ///< rows that have those of the block before
    std::vector<float> values;  ///< [row][offset][lane]: 1 / D of the scaled system at offset 0, L below
  };
  Index slot(Factors const& factors, Index row) const;
  std::vector<float const*> rows_of(Factors const& factors) const;
  void scale(Factors const& factors, double* x) const;

  Index systems_, size_, block_, width_;
  grid::Range alike_;
  Index gap_, skipped_;            ///< rows without entries: from `gap_` on
  std::vector<Factors> factors_;   ///< [group]
};

}  // namespace mollis::spectral
