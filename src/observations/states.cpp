#include "observations/states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/read.hpp"
#include "kernels/pointwise.hpp"
#include "mollifier/bridge.hpp"
#include "mollifier/jets.hpp"
#include "observations/correlated_noise.hpp"
#include "observations/fill_values.hpp"
#include "observations/known_fields.hpp"
#include "observations/localisations.hpp"
#include "observations/loss.hpp"
#include "observations/pixel_means.hpp"
#include "observations/points.hpp"
#include "observations/outliers.hpp"
#include "observations/spikes.hpp"
#include "observations/stated_noise.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

Field where_inside(Field const& data, Field const& mask) {
  if (mask.label().empty()) return data;
  auto const inside = on_host(mask);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), data);
  for (std::size_t i = 0; i < host.extent(0); ++i)
    if (inside(i) == 0.0) host(i) = NAN;
  Kokkos::deep_copy(data, host);
  return data;
}

/// The loss and, where it sets data aside, what each begins with; noise that is estimated is that of the others.
void set_loss(grid::Grid const& grid, Loss loss, State& state) {
  state.loss = loss;
  if (loss == Loss::gaussian) return;
  if (state.automatic && !state.grows && !state.counted) state.sigma = estimate_noise(grid, without_spikes(grid, loss, state.data));
  auto const off = spikes(grid, state.data);
  state.alone = make_field("alone", grid.local_size());
  auto const alone = Kokkos::create_mirror_view(state.alone);
  auto const host = on_host(off), shape = on_host(state.shape);
  for (std::size_t i = 0; i < host.extent(0); ++i)
    alone(i) = host(i) / (state.sigma * (shape.extent(0) > 0 ? shape(i) : 1.0));
  Kokkos::deep_copy(state.alone, alone);
}

int position_of(grid::Grid const& grid, std::string const& axis) {
  int position = 0;
  while (grid.axis(position).name != axis) ++position;
  return position;
}

Field shifted(Field const& field, double by) {
  Field const sum = make_field("shifted", static_cast<Index>(field.extent(0)));
  Kokkos::deep_copy(sum, by);
  kernels::add_scaled(1.0, field, sum);
  return sum;
}

/// Throws bad_data at an infinite value: NaN alone says that nothing was observed. Collective.
void refuse_infinite(grid::Grid const& grid, Settings const& observation, Field const& data) {
  auto const host = on_host(data);
  run::collectively(grid.comm(), [&] {
    for (Index n = 0; n < grid.local_size(); ++n)
      if (std::isinf(host(static_cast<std::size_t>(n))))
        throw run::Error(run::Exit::bad_data,
                         run::line(observation.places.of("dataset"),
                                   fmt::format("{}: {} is infinite at {}; write NaN where nothing was observed",
                                               observation.file, observation.dataset, point_text(grid, n))));
  });
}

/// The values of walls, less `about`, in place of the observations there. run::Error bad_deck where they are not finite. Collective.
void set_walls(grid::Grid const& grid, Settings const& observation, State& state) {
  state.walls.assign(grid.axes().size(), {false, false});
  if (observation.walls.empty()) return;
  auto const data = on_host(state.data);
  state.known = make_field("known", grid.local_size());
  auto const known = Kokkos::create_mirror_view(state.known);
  std::fill(known.data(), known.data() + known.extent(0), 0.0);
  auto const& box = grid.owned();
  for (auto const& wall : observation.walls) {
    auto const axis = static_cast<std::size_t>(position_of(grid, wall.axis));
    state.walls[axis][0] = state.walls[axis][0] || wall.lower;
    state.walls[axis][1] = state.walls[axis][1] || wall.upper;
    KnownField const field(grid, wall.values);
    auto const values = on_host(field.derivative({}));
    Index const end = grid.axes()[axis].size() - 1;
    Index wrong = -1;  // the first point whose value is not finite
    for (Index point = 0; point < box.size(); ++point) {
      Index rest = point, at = 0, stride = 1, here = 0;
      for (int a = grid.dimension() - 1; a >= 0; --a) {
        Index const i = rest % box[a].size();
        rest /= box[a].size();
        if (static_cast<std::size_t>(a) == axis) here = box[a].lower + i;
        if (std::find(field.axes().begin(), field.axes().end(), a) == field.axes().end()) continue;
        at += i * stride;
        stride *= box[a].size();
      }
      if (!((wall.lower && here == 0) || (wall.upper && here == end))) continue;
      data(point) = values(at) - state.about;
      known(point) = 1.0;
      if (wrong < 0 && !std::isfinite(values(at))) wrong = point;
    }
    run::collectively(grid.comm(), [&] {
      if (wrong < 0) return;
      throw run::deck_error(wall.values.place, fmt::format("its value is {} at {}; it must be finite on the whole wall",
                                                           data(static_cast<std::size_t>(wrong)) + state.about, point_text(grid, wrong)));
    });
  }
  Kokkos::deep_copy(state.data, data);
  Kokkos::deep_copy(state.known, known);
  state.gaps = grid.points() - moments(grid, state.data).count;
}

}  // namespace

void require_deviations(grid::Grid const& grid, Settings const& observation, Field const& mask) {
  require_positive(grid, observation, where_inside(io::read_dataset(grid, observation.source()), mask));
}

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

namespace {

/// What was observed on a grid, less `about`; walls are not in it yet.
State read_on_grid(grid::Grid const& grid, std::string const& name, Settings const& observation, Field const& mask) {
  State state;
  state.name = name;
  state.data = io::read_dataset(grid, observation.source());
  refuse_infinite(grid, observation, state.data);
  state.data = where_inside(state.data, mask);
  auto const m = moments(grid, state.data);
  if (m.count == 0)
    throw run::Error(run::Exit::bad_data,
                     run::line(observation.places.of("dataset"), fmt::format("{}: {}: no finite value: nothing was observed",
                                                                             observation.file, observation.dataset)));
  auto const host = on_host(state.data);
  refuse_fill_values(grid.comm(), host.data(), host.extent(0), m.largest,
                     run::line(observation.places.of("dataset"), fmt::format("{}: {}", observation.file, observation.dataset)));
  state.means = observation.means;
  set_noise(grid, observation, m, state);
  state.alike = shared_by(grid, observation.noise_blur);
  set_loss(grid, observation.loss, state);
  state.gaps = grid.points() - m.count;
  state.about = observation.about;
  if (state.about != 0.0) state.data = shifted(state.data, -state.about);
  return state;
}

/// No datum at all; the noise is that of known walls.
State not_observed(grid::Grid const& grid, std::string const& name, Settings const& observation) {
  State state;
  state.name = name;
  state.unobserved = true;
  state.data = make_field("data", grid.local_size());
  Kokkos::deep_copy(state.data, NAN);
  auto const* noise = std::get_if<double>(&observation.noise);
  state.sigma = noise != nullptr ? *noise : 1.0;
  state.about = observation.about;
  state.size = observation.size;
  state.gaps = grid.points();
  return state;
}

/// A state over the data's lattice as one over that of the states.
void spread_over(grid::Grid const& grid, Factors const& factors, State& state) {
  if (factors.empty()) return;
  Index const observed = data_grid(grid, factors).points() - state.gaps;
  state.between = true;
  state.data = spread(grid, factors, state.data, NAN);
  if (!state.shape.label().empty()) state.shape = spread(grid, factors, state.shape, 1.0);
  if (!state.alone.label().empty()) state.alone = spread(grid, factors, state.alone, 0.0);
  state.gaps = grid.points() - observed;
}

}  // namespace

std::vector<State> read_states(grid::Grid const& grid, run::Named<Settings> const& observations, Field const& mask, Factors const& factors) {
  auto const of_data = data_grid(grid, factors);
  Field const inside = picked(grid, factors, mask);
  std::vector<State> states;
  for (auto const& [name, observation] : observations) {
    check_means(grid, factors, observation);
    if (observation.kind == Kind::points) {
      states.push_back(read_points(grid, name, observation));
      refuse_extreme_noise(observation, states.back().sigma);
      continue;
    }
    if (observation.kind == Kind::none) {
      states.push_back(not_observed(grid, name, observation));
      set_walls(grid, observation, states.back());
      continue;
    }
    states.push_back(observation.kind == Kind::localisations ? read_localisations(of_data, name, observation, inside)
                                                             : read_on_grid(of_data, name, observation, inside));
    spread_over(grid, factors, states.back());
    if (observation.kind == Kind::grid) set_walls(grid, observation, states.back());
  }
  return states;
}

void bridge_gaps(grid::Grid const& grid, Field const& mask, std::vector<State>& states) {
  for (auto& state : states) {
    if (state.points || state.between || state.unobserved || state.gaps == 0 || grid.dimension() < 2) continue;
    Field const filled = mollifier::bridged(grid, state.data, mask);
    state.bridged = moments(grid, filled).count - state.observed(grid);
    if (state.bridged > 0) state.filled = filled;
  }
}

}  // namespace mollis::observations
