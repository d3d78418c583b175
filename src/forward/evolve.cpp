#include "forward/evolve.hpp"

#include <algorithm>
#include <cmath>

#include "forward/inject.hpp"
#include "forward/samples.hpp"
#include "forward/time_steps.hpp"
#include "random/philox.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

/// The axes of space, cut as the grid is.
grid::Grid space_of(grid::Grid const& grid) {
  auto const& ranks = grid.decomposition().ranks;
  return grid::Grid(grid.comm(), {grid.axes().begin() + 1, grid.axes().end()}, {{ranks.begin() + 1, ranks.end()}});
}

/// The initial state with its noise, 0 on walls.
petsc::Vector make_initial(Level const& level, Evolution const& evolution) {
  petsc::Vector state;
  check(DMCreateGlobalVector(level.dm, state.address()));
  auto const initial = sample(level, evolution.initial, level.owned());
  random::Stream const stream{evolution.seed, 0, random::Stream::Purpose::initial};
  auto const& lines = level.lines;
  set_values(level, state, [&](Point const& p, double) {
    if (is_wall(level, p)) return 0.0;
    Index const number = (Index{p[0]} * lines[1].points + p[1]) * lines[2].points + p[2];
    return initial(p) + (evolution.perturbation > 0.0 ? evolution.perturbation * random::normal(stream, number) : 0.0);
  });
  return state;
}

/// Steps of the spin-up, as long as those before the second frame at most.
int spin_up_steps(grid::Axis const& time, Evolution const& evolution) {
  double const frame = time.size() > 1 ? time.at(1) - time.at(0) : evolution.spin_up;
  return std::max(1, static_cast<int>(std::ceil(evolution.spin_up / frame * evolution.steps - 1e-9)));
}

}  // namespace

Film evolve(grid::Grid const& grid, Evolution const& evolution, int refine, double tolerance) {
  auto const& time = grid.axis(0);
  auto const space = space_of(grid);
  double const start = time.at(0) - evolution.spin_up;
  auto const levels = make_levels(grid.comm(), refined(space.axes(), refine, evolution.at(start).insulated));
  auto const& level = levels.front();
  auto const state = make_initial(level, evolution);
  SemiDiscrete discrete(level, evolution, start);
  auto const stepper = make_stepper(discrete, state, start, tolerance);
  Injector const inject(level, state, space, refine);
  auto const shown = petsc::like(state);

  run::Ticker tick(grid.comm(), "time steps");
  int const before = evolution.spin_up > 0.0 ? spin_up_steps(time, evolution) : 0;
  double const total = before + static_cast<double>(time.size() - 1) * evolution.steps;

  Film film;
  film.states = make_field("states", grid.local_size());
  auto const frame_size = static_cast<std::size_t>(space.local_size());
  for (Index n = 0; n < time.size(); ++n) {
    if (n > 0) advance(stepper, time.at(n), evolution.steps, tick, total);
    if (n == 0 && before > 0) advance(stepper, time.at(0), before, tick, total);
    check(VecCopy(state, shown));
    set_walls(level, evolution.at(time.at(n)).boundary, shown);
    auto const first = static_cast<std::size_t>(n) * frame_size;
    inject.copy(shown, Kokkos::subview(film.states, std::make_pair(first, first + frame_size)));
  }
  PetscInt steps = 0, iterations = 0, unknowns = 0;
  check(TSGetStepNumber(stepper, &steps));
  check(TSGetKSPIterations(stepper, &iterations));
  check(VecGetSize(state, &unknowns));
  film.steps = steps;
  film.iterations = iterations;
  film.unknowns = unknowns;
  return film;
}

}  // namespace mollis::forward
