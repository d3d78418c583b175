#pragma once
/// Who needs what of whom: the pieces of blocks that make up halos, found axis by axis. No communication.
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::halo {

/// Part of a needed range that one block supplies, as offsets from the starts of the two ranges.
struct Segment {
  Index ghost, owned, size;
};

/// The parts of `needed` that `owned` supplies, one an image on a periodic axis, in increasing order.
std::vector<Segment> segments(grid::Axis const& axis, grid::Range needed, grid::Range owned);

/// A box of points that stand in one rank's ghosted box and in another's (or its own) owned box.
struct Piece {
  Extents ghost, owned;  ///< offsets into the two boxes
  Extents extents;
  Index size() const { return extents[0] * extents[1] * extents[2] * extents[3]; }
};

/// All pieces between this rank and another one, in an order on which both agree.
struct Message {
  int rank;
  std::vector<Piece> pieces;
  Index size = 0;   ///< points
  Index start = 0;  ///< where they begin in the buffer of all messages
};

/// [axis][block]: what lies between this rank and the block along one axis.
using SegmentTable = std::vector<std::vector<std::vector<Segment>>>;

/// One message for each rank of the block grid that shares points along every axis, by increasing rank.
std::vector<Message> messages(SegmentTable const& table);

}  // namespace mollis::halo
