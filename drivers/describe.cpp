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

std::string describe_points(problem::Problem const& problem, equation_error::Candidate& candidate) {
  auto const& gaps = candidate.features().gaps();
  Index counts[2] = {gaps.lost, gaps.refitted};
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_INT64_T, MPI_SUM, problem.grid.comm());
  auto text = fmt::format("fit   {} of {} points carry a residual", equation_error::count_points(problem, candidate),
                          problem.grid.points());
  if (counts[0] > 0) text += fmt::format("; {} lost to gaps", counts[0]);
  if (counts[1] > 0) text += fmt::format("; {} kept by rows refitted around gaps", counts[1]);
  return text;
}

}  // namespace mollis::drivers
