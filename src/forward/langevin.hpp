#pragma once
/// Paths of u_t = u + a(t, x), one at each x: u(t + h) = e^h u(t) + int_0^h e^(h - s) a(t + s) ds, the exponential
/// exact, the integral by Gauss quadrature of sixth order on each of `steps` intervals between two frames. Shares
/// nothing with the inversion.
#include "checkpoint/keeper.hpp"
#include "forward/lattice.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::forward {

struct Langevin {
  Function forcing;      ///< a of (t) or (t, x)
  Function initial;      ///< u at the start, of the same axes (t being the start)
  double spin_up = 0.0;  ///< time from the start to the first frame
  int steps = 8;
};

/// At this rank's points of the grid, whose axes are t or t, x. Goes on from what `keeper` has of a run before. run::Error stopped_early.
/// Collective.
Field solve(grid::Grid const& grid, Langevin const& langevin, checkpoint::Keeper keeper = {});

}  // namespace mollis::forward
