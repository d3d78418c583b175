#include "observations/outliers.hpp"

#include <cmath>

#include "observations/loss.hpp"
#include "observations/noise_by_level.hpp"
#include "observations/spikes.hpp"

namespace mollis::observations {

Field without_spikes(grid::Grid const& grid, Loss loss, Field const& data) {
  Field const rest = make_field("data", grid.local_size());
  auto const host = Kokkos::create_mirror_view(rest);
  auto const from = on_host(data), spike = on_host(spikes(grid, data)), sigma = on_host(deviations_by_level(grid, data));
  for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = weight_of(loss, spike(i) / sigma(i)) < 0.5 ? NAN : from(i);
  Kokkos::deep_copy(rest, host);
  return rest;
}

void leave_spikes_out(grid::Grid const& grid, Field const& mask, std::vector<State>& states) {
  bool any = false;
  for (auto& state : states) {
    if (state.alone.label().empty()) continue;
    any = true;
    auto const alone = on_host(state.alone), data = on_host(state.data);
    Field const left = make_field("data", grid.local_size());  // a new one: copies of a state share their data
    auto const host = Kokkos::create_mirror_view(left);
    for (std::size_t i = 0; i < data.extent(0); ++i) host(i) = weight_of(state.loss, alone(i)) < 0.5 ? NAN : data(i);
    Kokkos::deep_copy(left, host);
    state.data = left;
    state.gaps = grid.points() - moments(grid, left).count;
    state.filled = Field();
  }
  if (any) bridge_gaps(grid, mask, states);
}

}  // namespace mollis::observations
