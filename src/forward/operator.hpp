#pragma once
/// Second-order finite differences on a level, integrated over cells (entries carry the cell's volume, so that the
/// transpose of the interpolation restricts residuals and the matrices of all levels fit together).
#include "forward/level.hpp"

namespace mollis::forward {

enum class Form {
  elliptic,   ///< a lap(u) + b = 0, solved as -lap(u) = b/a
  divergence  ///< -div(a grad u) = b, a between vertices by the harmonic mean
};

struct Problem {
  Form form = Form::elliptic;
  Function coefficient, source, boundary;  ///< a, b and the value of u on all walls
};

/// The symmetric positive matrix of the form. Rows and columns of walls hold a diagonal alone. Collective.
petsc::Matrix make_operator(Level const& level, Problem const& problem);

/// The right-hand side for u - g, where g is `boundary` on walls and 0 elsewhere; 0 on walls. Collective.
petsc::Vector make_load(Level const& level, Problem const& problem);

/// u := u + g: sets the walls of a solution to their values. Collective.
void set_walls(Level const& level, Function const& boundary, Vec solution);

/// Linear interpolation of corrections, which vanish on walls, from `coarse` to `fine`. Collective.
petsc::Matrix make_interpolation(Level const& coarse, Level const& fine);

}  // namespace mollis::forward
