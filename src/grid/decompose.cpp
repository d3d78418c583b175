#include <algorithm>
#include <array>
#include <stdexcept>

#include "grid/grid.hpp"

namespace mollis::grid {
namespace {

/// What a cut costs: ranks left idle, then points exchanged by the largest block for a halo of one, then its size.
struct Cost {
  Index idle;
  double surface, volume;  ///< sums of counts near the largest integer
  bool operator<(Cost const& o) const {
    if (idle != o.idle) return idle < o.idle;
    return surface != o.surface ? surface < o.surface : volume < o.volume;
  }
};

using Cut = std::array<int, max_axes>;

Cost cost_of(std::vector<Axis> const& axes, Cut const& cut, int ranks) {
  Index used = 1;
  double volume = 1.0, surface = 0.0;
  auto const width = [&](std::size_t a) { return static_cast<double>((axes[a].size() + cut[a] - 1) / cut[a]); };
  for (std::size_t a = 0; a < axes.size(); ++a) {
    used *= cut[a];
    volume *= width(a);
  }
  for (std::size_t a = 0; a < axes.size(); ++a) {
    double const faces = cut[a] == 1 ? 0.0 : (axes[a].periodic || cut[a] > 2 ? 2.0 : 1.0);
    surface += faces * (volume / width(a));
  }
  return {ranks - used, surface, volume};
}

struct Best {
  Cut cut{1, 1, 1, 1};
  Cost cost{};
};

/// Tries every count of blocks along axis `a` (as many as there are ranks left along the last axis).
void search(std::vector<Axis> const& axes, int ranks, std::size_t a, int left, Cut& cut, Best& best) {
  if (a == axes.size()) {
    Cost const cost = cost_of(axes, cut, ranks);
    if (cost < best.cost) best = {cut, cost};
    return;
  }
  bool const whole = axes[a].name == "t";
  int const most = whole ? 1 : static_cast<int>(std::min<Index>(left, axes[a].size()));
  bool const last = a + 1 == axes.size();
  for (int blocks = most; blocks >= (last ? most : 1); --blocks) {
    cut[a] = blocks;
    search(axes, ranks, a + 1, left / blocks, cut, best);
  }
}

}  // namespace

Decomposition decompose(std::vector<Axis> const& axes, int ranks) {
  if (axes.size() > static_cast<std::size_t>(max_axes)) throw std::invalid_argument("a grid has at most four axes");
  if (ranks < 1) throw std::invalid_argument("a grid needs at least one rank");
  Cut cut{1, 1, 1, 1};
  Best best;
  best.cost = cost_of(axes, cut, ranks);
  search(axes, ranks, 0, ranks, cut, best);
  return {std::vector<int>(best.cut.begin(), best.cut.begin() + static_cast<std::ptrdiff_t>(axes.size()))};
}

}  // namespace mollis::grid
