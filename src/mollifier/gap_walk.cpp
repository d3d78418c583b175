#include "mollifier/gap_walk.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "kernels/line_patches.hpp"

namespace mollis::mollifier {
namespace {

constexpr Index lanes = kernels::LinePatches::lanes;

/// Lays the rows of runs side by side.
class Layout {
 public:
  Layout(GapRows const& rows, Patched& out) : rows_(rows), out_(out) {}

  /// The inputs that the run reads: the first and their number.
  std::pair<Index, Index> add(GapRun const& run) {
    Index first = run.places.front().first, end = first;
    for (auto const& place : run.places) {
      first = std::min(first, place.first);
      end = std::max(end, place.first + rows_.counts()[static_cast<std::size_t>(place.row)]);
    }
    std::vector<Index> key;
    for (auto const& place : run.places) key.insert(key.end(), {place.row, place.first - first});
    auto const [known, is_new] = known_.try_emplace(key, static_cast<Index>(out_.counts.size()));
    if (is_new) append(run, first, end - first);
    out_.outer.push_back(run.outer);
    out_.at.push_back(run.at);
    out_.column.push_back(run.column);
    out_.first.push_back(first);
    out_.size.push_back(static_cast<Index>(run.places.size()));
    out_.block.push_back(known->second);
    return {first, end - first};
  }

 private:
  void append(GapRun const& run, Index first, Index count) {
    std::size_t const from = out_.weights.size();
    out_.counts.push_back(count);
    out_.offsets.push_back(static_cast<Index>(from));
    out_.weights.resize(from + static_cast<std::size_t>(out_.orders * count * lanes), 0.0);
    for (std::size_t l = 0; l < run.places.size(); ++l) {
      auto const place = run.places[l];
      auto const row = static_cast<std::size_t>(place.row);
      Index const taps = rows_.counts()[row];
      for (Index k = 0; k < out_.orders; ++k)
        for (Index j = 0; j < taps; ++j)
          out_.weights[from + static_cast<std::size_t>((k * count + place.first - first + j) * lanes) + l] =
              rows_.weights()[static_cast<std::size_t>(rows_.offsets()[row] + k * taps + j)];
    }
  }

  GapRows const& rows_;
  Patched& out_;
  std::map<std::vector<Index>, Index> known_;
};

}  // namespace

Index product(grid::Box const& box, int from, int to) {
  Index size = 1;
  for (int a = from; a < to; ++a) size *= box[a].size();
  return size;
}

GapWalk::GapWalk(grid::Grid const& grid, grid::Box const& ghosted, int axis, LineFilter const& filter, MomentFit const& fit, Radii const& radii)
    : filter_(filter), rows_(grid.axis(axis), filter, fit, radii), in_(ghosted[axis]), out_(grid.owned()[axis]),
      outer_(product(ghosted, 0, axis)), inner_(product(grid.owned(), axis + 1, grid.dimension())) {
  patched.axis = axis;
  patched.orders = static_cast<int>(filter.orders.size());
}

void GapWalk::run(Marks& exists, Marks& touched, Index per_unit) {
  Marks const before = exists, touched_before = touched;
  exists.assign(static_cast<std::size_t>(outer_ * out_.size() * inner_), 0);
  touched.assign(exists.size(), 0);
  Layout layout(rows_, patched);
  auto const finish = [&](GapRun& found) {
    auto const [first, count] = layout.add(found);
    reads_missing = reads_missing || any(before, found.outer, first, count, found.column, 0);
    found.places.clear();
  };
  for (Index o = 0; o < outer_; ++o) {
    if (o % per_unit == 0) patched.begin.push_back(static_cast<Index>(patched.block.size()));
    for (Index c = 0; c < inner_; ++c) {
      GapRun run{o, 0, c, {}};
      for (Index i = 0; i < out_.size(); ++i) {
        auto const place = one(before, touched_before, o, i, c, exists, touched);
        if (!run.places.empty() && (place.row < 0 || static_cast<Index>(run.places.size()) == lanes)) finish(run);
        if (place.row < 0) continue;
        if (run.places.empty()) run.at = i;
        run.places.push_back(place);
      }
      if (!run.places.empty()) finish(run);
    }
  }
  patched.begin.push_back(static_cast<Index>(patched.block.size()));
}

bool GapWalk::any(Marks const& marks, Index o, Index first, Index count, Index c, char wanted) const {
  for (Index j = first; j < first + count; ++j)
    if (marks[static_cast<std::size_t>((o * in_.size() + j) * inner_ + c)] == wanted) return true;
  return false;
}

/// The row of a result, if it has one of its own.
GapRows::Place GapWalk::one(Marks const& before, Marks const& touched_before, Index o, Index i, Index c, Marks& exists, Marks& touched) {
  Index const row = out_.lower + i, start = filter_.start(row) - in_.lower;
  auto const here = static_cast<std::size_t>((o * out_.size() + i) * inner_ + c);
  if (!any(before, o, start, filter_.width, c, 0)) {
    exists[here] = 1;
    touched[here] = any(touched_before, o, start, filter_.width, c, 1) ? 1 : 0;
    return {};
  }
  auto place = rows_.at(row, [&](Index v) {
    Index const j = v - in_.lower;
    return j >= 0 && j < in_.size() && before[static_cast<std::size_t>((o * in_.size() + j) * inner_ + c)] != 0;
  });
  if (place.row < 0) return {};
  exists[here] = touched[here] = 1;
  place.first -= in_.lower;
  return place;
}

}  // namespace mollis::mollifier
