#pragma once
/// Second-order finite differences on a level, integrated over cells (entries carry the cell's volume, so that the
/// transpose of the interpolation restricts residuals and the matrices of all levels fit together).
#include "forward/level.hpp"

namespace mollis::forward {

enum class Form {
  elliptic,   ///< a lap(u) - v . grad u + b = 0, divided by a
  divergence  ///< div(a grad u) - v . grad u + b = 0, a between vertices by the harmonic mean
};

/// Right-hand sides of u_t or, set to 0, steady equations. Axes of the box are open with u given on their ends (walls),
/// insulated or periodic, as the lines of the level have it.
struct Problem {
  Form form = Form::elliptic;
  Function coefficient, source, boundary;     ///< a, b and the value of u on all walls
  std::vector<std::string> insulated = {};    ///< names of the axes without flux through their ends
  std::array<Function, box_axes> velocity{};  ///< along each axis of the box, empty: 0; central differences
  bool flows() const { return velocity[0] || velocity[1] || velocity[2]; }
};

/// A of mass u_t + A u = load: minus the terms in u, symmetric and positive without velocity.
/// Rows and columns of walls hold a diagonal alone. Collective.
petsc::Matrix make_operator(Level const& level, Problem const& problem);

/// What u_t is multiplied by: the volume of the cell, over a in the elliptic form; 0 on walls. Collective.
petsc::Vector make_mass(Level const& level, Problem const& problem);

/// The right-hand side for u - g, where g is `boundary` on walls and 0 elsewhere; 0 on walls. Collective.
petsc::Vector make_load(Level const& level, Problem const& problem);

/// Sets the walls of a state to their values. Collective.
void set_walls(Level const& level, Function const& boundary, Vec state);

/// Linear interpolation of corrections, which vanish on walls, from `coarse` to `fine`. Collective.
petsc::Matrix make_interpolation(Level const& coarse, Level const& fine);

}  // namespace mollis::forward
