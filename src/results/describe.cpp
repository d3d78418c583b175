#include "results/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mollis::results {

std::string describe(grid::Grid const& grid) {
  std::vector<std::string> axes;
  for (auto const& axis : grid.axes())
    axes.push_back(fmt::format("{}: {}{}{}", axis.name, axis.size(), axis.periodic ? " periodic" : "", axis.uniform ? "" : " stretched"));
  return fmt::format("grid  {}  ({} points, {} ranks as {})", fmt::join(axes, ", "), grid.points(), grid.ranks(),
                     fmt::join(grid.decomposition().ranks, " x "));
}

std::string describe(observations::State const& state) {
  return fmt::format("data  {}: noise {:.4g}, {} points not observed", state.name, state.sigma, state.gaps);
}

}  // namespace mollis::results
