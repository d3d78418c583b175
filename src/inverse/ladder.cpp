#include "inverse/ladder.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::inverse {
namespace {

/// Smallest and widest radius of an axis. Axes too short to be filtered keep radius 0 (they then carry no derivative).
Index least(grid::Axis const& axis, int degree) { return std::min<Index>(std::max(3, (degree + 1) / 2), (axis.size() - 1) / 2); }
Index widest(grid::Axis const& axis, int degree) { return std::max(least(axis, degree), axis.size() / 3); }

}  // namespace

Ladder::Ladder(grid::Grid const& grid, int degree) : dimension_(grid.dimension()) {
  Group time, space;
  for (int a = 0; a < dimension_; ++a) (grid.axis(a).name == "t" ? time : space).axes.push_back(a);
  for (auto* group : {&time, &space}) {
    if (group->axes.empty()) continue;
    // The reference axis reaches its widest radius first, in physical length.
    auto const reach = [&](int a) { return static_cast<double>(widest(grid.axis(a), degree)) * grid.axis(a).spacing(); };
    int const reference = *std::min_element(group->axes.begin(), group->axes.end(), [&](int a, int b) { return reach(a) < reach(b); });
    auto const& axis = grid.axis(reference);
    for (Index r = least(axis, degree); r <= widest(axis, degree); r = std::max<Index>(r + 1, std::lround(1.2 * static_cast<double>(r)))) {
      AxisRadii rung;
      for (int const a : group->axes) {
        auto const same = std::lround(static_cast<double>(r) * axis.spacing() / grid.axis(a).spacing());
        rung.push_back(std::clamp<Index>(same, least(grid.axis(a), degree), widest(grid.axis(a), degree)));
      }
      group->rungs.push_back(rung);
    }
    groups_.push_back(*group);
  }
}

int Ladder::rungs(int group) const { return static_cast<int>(groups_[static_cast<std::size_t>(group)].rungs.size()); }

AxisRadii Ladder::radii(std::vector<int> const& rung) const {
  AxisRadii all(static_cast<std::size_t>(dimension_), 0);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto const& group = groups_[g];
    auto const at = static_cast<std::size_t>(std::clamp(rung[g], 0, rungs(static_cast<int>(g)) - 1));
    for (std::size_t k = 0; k < group.axes.size(); ++k) all[static_cast<std::size_t>(group.axes[k])] = group.rungs[at][k];
  }
  return all;
}

int Ladder::scaled(int group, int rung, double factor) const {
  auto const& rungs = groups_[static_cast<std::size_t>(group)].rungs;
  double const target = std::log(factor * static_cast<double>(rungs[static_cast<std::size_t>(rung)].front()));
  int best = 0;
  for (std::size_t k = 0; k < rungs.size(); ++k)
    if (std::abs(std::log(static_cast<double>(rungs[k].front())) - target) <
        std::abs(std::log(static_cast<double>(rungs[static_cast<std::size_t>(best)].front())) - target))
      best = static_cast<int>(k);
  return best;
}

}  // namespace mollis::inverse
