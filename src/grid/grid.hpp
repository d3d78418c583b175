#pragma once
/// The grid and its distribution: axes ordered slowest to fastest, t whole on each rank, the others cut into blocks.
#include <mpi.h>

#include <memory>
#include <vector>

#include "grid/axis.hpp"

namespace mollis::grid {

/// A box of global indices, one range an axis (dimension() of them).
struct Box {
  std::vector<Range> ranges;
  int dimension() const { return static_cast<int>(ranges.size()); }
  Range const& operator[](int axis) const { return ranges[static_cast<std::size_t>(axis)]; }
  Range& operator[](int axis) { return ranges[static_cast<std::size_t>(axis)]; }
  Index size() const;         ///< number of points
  Extents extents() const;    ///< padded with leading ones to max_axes
};

/// How each axis is cut: ranks[a] blocks along axis a, their product at most the communicator's size. Ranks past the
/// product, and blocks past the number of points, own no points.
struct Decomposition {
  std::vector<int> ranks;
};

/// Blocks as cubic as the axes allow (t never cut, no more blocks than points), for a number of ranks: as many ranks as
/// can be used, then the least surface. Deterministic.
Decomposition decompose(std::vector<Axis> const& axes, int ranks);

/// A distributed grid. Cheap to copy (shared, immutable). Owns a duplicate of the communicator.
class Grid {
 public:
  /// Collective on comm. Rank r has block coordinates by row-major order (last axis fastest); blocks along an axis
  /// differ by one point at most. Throws std::invalid_argument on a decomposition that does not fit (t cut, too many blocks).
  Grid(MPI_Comm comm, std::vector<Axis> axes, Decomposition decomposition);

  MPI_Comm comm() const;
  int rank() const;
  int ranks() const;
  int dimension() const;
  Axis const& axis(int a) const;
  std::vector<Axis> const& axes() const;
  int find_axis(std::string const& name) const;   ///< position or -1
  Index points() const;                           ///< of the whole grid

  Decomposition const& decomposition() const;
  int blocks() const;                             ///< ranks 0 .. blocks()-1 own one each (0 of them: all are idle)
  std::vector<int> block_of(int rank) const;      ///< block coordinates; empty where the rank owns no block
  Range block_range(int axis, int block) const;   ///< the points of a block along an axis (may be empty)
  Box const& owned() const;                       ///< this rank's points (empty ranges where it has none)
  Index local_size() const;                       ///< number of them; without axes 1 on each rank that has a block

  /// The grid of a subset of the axes (positions, increasing), same cut along each of them. Ranks that share their
  /// blocks along those axes hold the same piece; comm() of the result joins the ranks that agree on all other axes,
  /// so that each such group holds one whole copy. Ranks without points stay without (those without a block share a
  /// communicator of their own). No axes kept: one point, on every rank that has points. Collective.
  Grid restricted_to(std::vector<int> const& kept) const;

  /// The grid with margins[a] more points at both ends of each open axis a (0 on periodic ones), spaced as the last two
  /// points are; the blocks that reach an end take its margin, all others stay as they are. Collective.
  Grid extended(std::vector<Index> const& margins) const;

  /// Every factors[a]-th point along each axis a, from the first one, each on the rank that has it in this grid. Throws
  /// std::invalid_argument where a factor does not divide the gaps of its axis. Collective.
  Grid thinned(std::vector<Index> const& factors) const;

  /// Joins the ranks that hold the same piece of restricted_to(kept): sums over the other axes run on it. The caller
  /// frees it. Rank 0 of it is the piece's owner (and these owners form one group of restricted_to). The ranks without
  /// points are joined in one communicator of their own. Collective.
  MPI_Comm sharers_of(std::vector<int> const& kept) const;

 private:
  struct Data;
  /// How the points of an axis are shared out: those of an axis with `factor` times the gaps, less margins, evenly; of them
  /// every factor-th is a point; blocks at the ends have `margin` more.
  struct Share {
    Index points = 0, factor = 1, margin = 0;
  };

  /// Takes `own` over. shares: one an axis.
  Grid(MPI_Comm own, std::vector<Axis> axes, Decomposition decomposition, bool idle, std::vector<Share> shares);

  std::shared_ptr<Data const> data_;
};

}  // namespace mollis::grid
