#include "halo/segments.hpp"

#include <algorithm>

namespace mollis::halo {
namespace {

Index floor_divide(Index a, Index b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }

using Lists = std::vector<std::vector<Segment> const*>;  // one an axis

/// All combinations of one segment an axis, the last axis fastest.
void combine(Lists const& lists, std::size_t axis, Piece piece, Message& message) {
  if (axis == lists.size()) {
    message.size += piece.size();
    message.pieces.push_back(piece);
    return;
  }
  std::size_t const slot = piece.extents.size() - lists.size() + axis;
  for (Segment const& segment : *lists[axis]) {
    piece.ghost[slot] = segment.ghost;
    piece.owned[slot] = segment.owned;
    piece.extents[slot] = segment.size;
    combine(lists, axis + 1, piece, message);
  }
}

void visit_blocks(SegmentTable const& table, Lists& chosen, int rank, std::vector<Message>& result) {
  std::size_t const axis = chosen.size();
  if (axis == table.size()) {
    result.push_back({rank, {}});
    combine(chosen, 0, {{}, {}, {1, 1, 1, 1}}, result.back());
    return;
  }
  int const blocks = static_cast<int>(table[axis].size());
  for (int block = 0; block < blocks; ++block) {
    auto const& list = table[axis][static_cast<std::size_t>(block)];
    if (list.empty()) continue;
    chosen.push_back(&list);
    visit_blocks(table, chosen, rank * blocks + block, result);
    chosen.pop_back();
  }
}

}  // namespace

std::vector<Segment> segments(grid::Axis const& axis, grid::Range needed, grid::Range owned) {
  std::vector<Segment> result;
  if (needed.size() <= 0 || owned.size() <= 0) return result;
  Index const n = axis.size();
  Index const first = axis.periodic ? floor_divide(needed.lower - owned.upper + 1, n) : 0;
  Index const last = axis.periodic ? floor_divide(needed.upper - 1 - owned.lower, n) : 0;
  for (Index image = first; image <= last; ++image) {
    Index const lower = std::max(needed.lower, owned.lower + image * n);
    Index const upper = std::min(needed.upper, owned.upper + image * n);
    if (lower < upper) result.push_back({lower - needed.lower, lower - owned.lower - image * n, upper - lower});
  }
  return result;
}

std::vector<Message> messages(SegmentTable const& table) {
  std::vector<Message> result;
  Lists chosen;
  visit_blocks(table, chosen, 0, result);
  Index start = 0;
  for (Message& message : result) {
    message.start = start;
    start += message.size;
  }
  return result;
}

}  // namespace mollis::halo
