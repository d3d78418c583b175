#include "observations/spacing.hpp"

#include <algorithm>
#include <cmath>

#include "mollifier/spline_taps.hpp"

namespace mollis::observations {
namespace {

/// Local points of the grid, or local corners of cells, that hold data.
std::vector<bool> holders(State const& state, grid::Grid const& grid) {
  std::vector<bool> holds(static_cast<std::size_t>(grid.local_size()), false);
  auto const data = on_host(state.data);
  for (std::size_t i = 0; i < data.extent(0); ++i) {
    std::size_t at = i;
    if (state.points) {
      Index number = 0;
      for (int a = 0; a < grid.dimension(); ++a)
        number = number * grid.owned()[a].size() + mollifier::cell_of(grid.axis(a), state.points->coordinates[static_cast<std::size_t>(a)][i]) - grid.owned()[a].lower;
      at = static_cast<std::size_t>(number);
    }
    holds[at] = holds[at] || std::isfinite(data(i));
  }
  return holds;
}

}  // namespace

std::vector<double> data_spacing(State const& state, grid::Grid const& grid) {
  auto const holds = holders(state, grid);
  bool const time = grid.axis(0).name == "t";
  auto const frames = static_cast<std::size_t>(time ? grid.axis(0).size() : 1);
  std::size_t const places = holds.size() / frames;
  double counts[2] = {0.0, 0.0};  // places with data, all data
  for (std::size_t place = 0; place < places; ++place) {
    double seen = 0.0;
    for (std::size_t frame = 0; frame < frames; ++frame) seen += holds[frame * places + place] ? 1.0 : 0.0;
    counts[0] += seen > 0.0 ? 1.0 : 0.0;
    counts[1] += seen;
  }
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_DOUBLE, MPI_SUM, grid.comm());
  double const all_places = static_cast<double>(grid.points()) / static_cast<double>(frames), used = std::max(counts[0], 1.0);
  int const space = grid.dimension() - (time ? 1 : 0);
  double const in_time = std::max(used * static_cast<double>(frames) / std::max(counts[1], 1.0), 1.0);
  double const in_space = space > 0 ? std::max(std::pow(all_places / used, 1.0 / space), 1.0) : 1.0;
  std::vector<double> spacing(grid.axes().size(), in_space);
  if (time) spacing.front() = in_time;
  return spacing;
}

}  // namespace mollis::observations
