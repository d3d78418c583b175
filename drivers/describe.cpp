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

std::string describe_points(grid::Grid const& grid, inverse::Candidate& candidate) {
  auto const host = on_host(candidate.model().mask());
  auto const& gaps = candidate.features().gaps();
  Index counts[3] = {0, gaps.lost, gaps.refitted};
  for (std::size_t i = 0; i < host.extent(0); ++i) counts[0] += host(i) != 0.0 ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, counts, 3, MPI_INT64_T, MPI_SUM, grid.comm());
  if (counts[0] == 0)
    throw run::Error(run::Exit::bad_data, "no point carries a residual: every footprint meets a gap or an edge; use smaller "
                                          "radii, or filter along one axis only (then rows are refitted around gaps)");
  auto text = fmt::format("fit   {} of {} points carry a residual", counts[0], grid.points());
  if (counts[1] > 0) text += fmt::format("; {} lost to gaps", counts[1]);
  if (counts[2] > 0) text += fmt::format("; {} kept by rows refitted around gaps", counts[2]);
  return text;
}

}  // namespace mollis::drivers
