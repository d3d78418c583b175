#include "forward/observe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "forward/from_deck.hpp"
#include "forward/noise.hpp"
#include "kernels/pointwise.hpp"
#include "run/error.hpp"

namespace mollis::forward {
namespace {

Lattice owned_lattice(grid::Grid const& grid) {
  Lattice lattice;
  for (int a = 0; a < grid.dimension(); ++a) lattice.push_back(grid.axis(a).coordinates(grid.owned()[a]));
  return lattice;
}

Field sample(grid::Grid const& grid, Function const& function) {
  std::vector<double> values;
  run::collectively(grid.comm(), [&] { values = function(owned_lattice(grid)); });
  auto const field = make_field("state", grid.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(field, host);
  return field;
}

CleanStates manufacture(grid::Grid const& grid, deck::Deck const& deck) {
  CleanStates clean;
  clean.how = "manufactured states";
  for (auto const& [name, observation] : deck.observations)
    clean.states.emplace_back(name, sample(grid, read_state(deck, name)));
  return clean;
}

CleanStates solve_steady(grid::Grid const& grid, deck::Deck const& deck) {
  auto const solution = solve(grid, read_problem(deck), deck.forward.refine);
  return {{{deck.observations.at(0).first, solution.state}},
          fmt::format("{} equation, {} points ({} times refined), {} multigrid levels: {} iterations to {:.1e}",
                      *deck.forward.equation, solution.unknowns, deck.forward.refine, solution.levels,
                      solution.iterations, solution.relative_residual)};
}

CleanStates solve_in_time(grid::Grid const& grid, deck::Deck const& deck, checkpoint::Keeper const& keeper) {
  auto const film = evolve(grid, read_evolution(deck, grid.axis(0).at(0)), deck.forward.refine, linear_tolerance, keeper);
  return {{{deck.observations.at(0).first, film.states}},
          fmt::format("{} equation in time, {} points ({} times refined): {} steps, {} iterations in all",
                      *deck.forward.equation, film.unknowns, deck.forward.refine, film.steps, film.iterations)};
}

CleanStates solve_paths(grid::Grid const& grid, deck::Deck const& deck, checkpoint::Keeper const& keeper) {
  return {{{deck.observations.at(0).first, solve(grid, read_langevin(deck), keeper)}},
          fmt::format("Langevin equation, exact but for the quadrature of the forcing: {} intervals a frame",
                      deck.forward.steps)};
}

CleanStates solve_phases(grid::Grid const& grid, deck::Deck const& deck, checkpoint::Keeper const& keeper) {
  PhaseFieldAccuracy accuracy;
  accuracy.refine = deck.forward.refine;
  accuracy.steps = deck.forward.steps;
  auto const solution = solve_phase_field(grid, read_phase_field(deck), deck.forward.spin_up, accuracy, keeper);
  auto const steady = grid.find_axis("t") >= 0 ? std::string()
                                               : fmt::format(", time {:.4g}, then {} of Newton to dphi/dt = {:.1e}",
                                                             solution.time, solution.newton, solution.residual);
  return {{{deck.observations.at(0).first, solution.state}},
          fmt::format("phase field in series of {} points ({} times refined): {} time steps, {} iterations in all{}",
                      solution.unknowns, deck.forward.refine, solution.steps, solution.krylov, steady)};
}

CleanStates bend_plate(grid::Grid const& grid, deck::Deck const& deck) {
  auto const solution = solve_plate(grid, read_plate(deck), deck.forward.refine);
  return {{{deck.observations.at(0).first, solution.state}},
          fmt::format("plate in series of {} points ({} times refined)", solution.unknowns, deck.forward.refine)};
}

CleanStates solve_equation(grid::Grid const& grid, deck::Deck const& deck, checkpoint::Keeper const& keeper) {
  check_spin_up(deck, grid);
  if (deck.forward.equation == "langevin") return solve_paths(grid, deck, keeper);
  check_grid(deck, grid);
  if (deck.forward.equation == "phase-field") return solve_phases(grid, deck, keeper);
  if (deck.forward.equation == "plate") return bend_plate(grid, deck);
  return grid.find_axis("t") < 0 ? solve_steady(grid, deck) : solve_in_time(grid, deck, keeper);
}

/// offset + gain u inside, 0 outside: no molecules are there.
Field density_of(grid::Grid const& grid, Field const& state, deck::Observation const& observation, Field const& mask) {
  Field const density = make_field("density", grid.local_size());
  Kokkos::deep_copy(density, observation.density.offset);
  kernels::add_scaled(observation.density.gain, state, density);
  if (mask.extent(0) == 0) return density;
  Field const inside("density", density.extent(0));
  kernels::add_product(mask, mask, density, inside);
  return inside;
}

/// Localisations in the units of the columns.
Observed localised(grid::Grid const& grid, std::string const& name, Field const& state, Field const& density, deck::Observation const& observation,
                   std::uint64_t seed, int which) {
  Observed observed{name, state, {}, 0.0, 0.0};
  try {
    observed.localisations = draw_localisations(grid, density, seed, which);
  } catch (run::Error const& error) {
    throw run::deck_error(observation.places.of(error.blamed()), error.what());
  }
  observed.drawn = static_cast<Index>(observed.localisations.front().size());
  MPI_Bcast(&observed.drawn, 1, MPI_INT64_T, 0, grid.comm());
  for (std::size_t a = 0; a < observed.localisations.size(); ++a) {
    auto const scale = observation.scale.find(grid.axes()[a].name);
    if (scale == observation.scale.end()) continue;
    for (double& x : observed.localisations[a]) x /= scale->second;
  }
  return observed;
}

}  // namespace

bool takes_steps(deck::Deck const& deck) {
  bool const in_time = std::find(deck.grid.axes.begin(), deck.grid.axes.end(), "t") != deck.grid.axes.end();
  return deck.forward.equation && (in_time || deck.forward.equation == "phase-field");
}

CleanStates clean_states(grid::Grid const& grid, deck::Deck const& deck, checkpoint::Keeper keeper) {
  checkpoint::Keeper::Scope const scope(keeper, "forward");
  try {
    return deck.forward.equation ? solve_equation(grid, deck, keeper) : manufacture(grid, deck);
  } catch (run::Error const& error) {
    if (error.blamed().empty()) throw;
    auto const place = deck.forward.places.of(error.blamed());
    if (error.code() == run::Exit::bad_deck) throw run::deck_error(place, error.what());
    throw run::Error(error.code(), run::line(place, error.what()));
  }
}

std::vector<Observed> observe(grid::Grid const& grid, CleanStates const& clean, deck::Deck const& deck, Field const& mask, int first) {
  auto const& forward = deck.forward;
  std::vector<Observed> observed;
  for (auto const& [name, state] : clean.states) {
    int const which = first + static_cast<int>(observed.size());
    double const deviation = moments(grid, state).deviation;
    auto const& observation = deck.observations[observed.size()].second;
    if (observation.kind == observations::Kind::localisations) {
      observed.push_back(localised(grid, name, state, density_of(grid, state, observation, mask), observation, forward.seed, which));
      observed.back().clean_deviation = deviation;
      continue;
    }
    auto const* const relative = std::get_if<deck::Relative>(&forward.noise);
    double const sigma = relative != nullptr ? relative->fraction * deviation : std::get<double>(forward.noise);
    auto const noisy = with_noise(grid, state, sigma, forward.seed, which);
    observed.push_back({name, state, with_gaps(grid, noisy, forward.dropout, forward.seed, which), deviation, sigma});
  }
  return observed;
}

}  // namespace mollis::forward
