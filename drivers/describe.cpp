#include <fmt/format.h>
#include <fmt/ranges.h>

#include "drivers/results.hpp"

namespace mollis::drivers {

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

std::string describe(deck::Deck const& chosen) {
  std::vector<std::string> radii, weights;
  for (auto const& [axis, by_order] : chosen.mollifier.radius)
    for (auto const& [order, radius] : by_order)
      radii.push_back(order < 0 ? fmt::format("{} {}", axis, radius) : fmt::format("{}({}) {}", axis, order, radius));
  for (auto const& [name, parameter] : chosen.parameters)
    weights.push_back(fmt::format("{} {:.4g}", name, std::get<double>(parameter.smoothness_weight)));
  return fmt::format("uses  mollifier radius {} cells; smoothness weight {}", fmt::join(radii, ", "), fmt::join(weights, ", "));
}

std::string describe_points(grid::Grid const& grid, Field const& mask) {
  auto const host = on_host(mask);
  Index used = 0;
  for (std::size_t i = 0; i < host.extent(0); ++i) used += host(i) != 0.0 ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &used, 1, MPI_INT64_T, MPI_SUM, grid.comm());
  return fmt::format("fit   {} of {} points carry a residual", used, grid.points());
}

}  // namespace mollis::drivers
