#include "forward/evolve.hpp"

#include <algorithm>
#include <cmath>

#include "forward/frames.hpp"
#include "forward/inject.hpp"
#include "forward/march.hpp"
#include "forward/samples.hpp"
#include "random/philox.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

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

Film evolve(grid::Grid const& grid, Evolution const& evolution, int refine, double tolerance, checkpoint::Keeper keeper) {
  auto const& time = grid.axis(0);
  Frames const frames(grid, keeper);
  auto const& space = frames.space();
  double const start = time.at(0) - evolution.spin_up;
  auto const levels = make_levels(grid.comm(), refined(space.axes(), refine, evolution.at(start).insulated));
  auto const& level = levels.front();
  auto const state = make_initial(level, evolution);
  SemiDiscrete discrete(level, evolution, start);
  int const before = evolution.spin_up > 0.0 ? spin_up_steps(time, evolution) : 0;
  March march(discrete, state, start, tolerance, before + static_cast<double>(time.size() - 1) * evolution.steps, keeper);
  Injector const inject(level, state, space, refine);
  auto const shown = petsc::like(state);

  frames.go_on(march.frame());
  while (march.frame() < frames.count()) {
    Index const n = march.frame();
    if (int const steps = n > 0 ? evolution.steps : before; steps > 0) march.advance(time.at(n), steps);
    check(VecCopy(state, shown));
    set_walls(level, evolution.at(time.at(n)).boundary, shown);
    inject.copy(shown, frames.at(n));
    frames.keep(n);
    march.end_frame();
  }
  PetscInt unknowns = 0;
  check(VecGetSize(state, &unknowns));
  return {frames.states(), unknowns, march.steps(), march.iterations()};
}

}  // namespace mollis::forward
