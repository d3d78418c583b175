#include "observations/states.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/read.hpp"
#include "kernels/pointwise.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

double sigma_of(deck::Noise const& noise, grid::Grid const& grid, Field const& data, Moments const& m) {
  double const rounding = 2.220446049250313e-16 * m.largest;
  if (auto const* given = std::get_if<double>(&noise)) return std::max(*given, rounding);
  if (auto const* relative = std::get_if<deck::Relative>(&noise)) return std::max(relative->fraction * m.deviation, rounding);
  return estimate_noise(grid, data);
}

Field shifted(Field const& field, double by) {
  Field const sum = make_field("shifted", static_cast<Index>(field.extent(0)));
  Kokkos::deep_copy(sum, by);
  kernels::add_scaled(1.0, field, sum);
  return sum;
}

}  // namespace

Field as_observed(State const& state, Field const& field) { return shifted(field, state.about); }

Moments moments(grid::Grid const& grid, Field const& data) {
  auto const host = on_host(data);
  double sums[2] = {0.0, 0.0}, largest = 0.0;
  for (std::size_t i = 0; i < host.extent(0); ++i) {
    if (!std::isfinite(host(i))) continue;
    sums[0] += 1.0;
    sums[1] += host(i);
    largest = std::max(largest, std::abs(host(i)));
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, grid.comm());
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, grid.comm());
  Moments m;
  m.count = static_cast<Index>(sums[0]);
  m.largest = largest;
  if (m.count == 0) return m;
  m.mean = sums[1] / sums[0];
  double square = 0.0;
  for (std::size_t i = 0; i < host.extent(0); ++i)
    if (std::isfinite(host(i))) square += (host(i) - m.mean) * (host(i) - m.mean);
  MPI_Allreduce(MPI_IN_PLACE, &square, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  m.deviation = std::sqrt(square / sums[0]);
  return m;
}

std::vector<State> read_states(grid::Grid const& grid, deck::Deck const& deck) {
  std::vector<State> states;
  for (auto const& [name, observation] : deck.observations) {
    State state;
    state.name = name;
    state.data = io::read_dataset(grid, observation.file, observation.dataset);
    auto const m = moments(grid, state.data);
    if (m.count == 0)
      throw run::Error(run::Exit::bad_data,
                       fmt::format("{}: {}: no finite value: nothing was observed", observation.file, observation.dataset));
    state.gaps = grid.points() - m.count;
    state.about = observation.about;
    state.sigma = sigma_of(observation.noise, grid, state.data, m);
    if (state.about != 0.0) state.data = shifted(state.data, -state.about);
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace mollis::observations
