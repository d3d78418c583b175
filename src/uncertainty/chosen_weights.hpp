#pragma once
/// What it adds to the error of an estimate that the smoothness weights were chosen from the same data.
#include <functional>
#include <vector>

#include "estimate/linearisation.hpp"
#include "problem/problem.hpp"

namespace mollis::uncertainty {

/// What the smoothness of a field takes from it.
struct Bent {
  std::vector<Field> by;   ///< pieces of all parameters; empty: not known
  double freedom = 0.0;    ///< degrees of freedom of the field: gamma, over what its weight is too large by
};

/// A weight beta that the evidence chose is itself known to Var log beta = 2 / gamma, gamma = beta <p, L p> the degrees of freedom at its
/// maximum (MacKay, Neural Computation 4, 1992). A unit of log beta moves the estimate by b = -H^-1 beta L p, so that the covariance grows
/// by 2 / gamma b b^T (Kass and Steffey, J. Am. Stat. Assoc. 84, 1989, to first order).
/// b is also how far the smoothness pulls the estimate, b + H^-1 beta L b with what the pull took from b itself (twicing: Tukey 1977). On average the error
/// holds its square, as the scales of the prior have it (prior_scale.hpp); at a front it is more.
/// Finds vectors of x whose squares these are.
///
/// `bent`, if not null: for each field whose weight was chosen, or is more than it supports (Linearisation::overweight), b + H^-1 beta L b, else none.
/// Where its square passes the variance it is the better measure of the error there.
/// `fitted`: the parameters, pieces, as fitted. `solve`: x := H^-1 b, for `what`; whether it could. Stops at the first that could not:
/// false. Collective.
using Solve = std::function<bool(Vec b, Vec x, std::string const& what)>;
bool moves_of_weights(problem::Problem const& problem, std::vector<Field> const& fitted, estimate::Linearisation& linear, Solve const& solve,
                      std::vector<petsc::Vector>& found, std::vector<Bent>* bent = nullptr);

/// Solves that moves_of_weights() with `bent` and moves_of_states() take, at most. Not collective.
int solves_of_moves(problem::Problem const& problem, estimate::Linearisation const& linear);

/// What the smoothness of observed states (P-splines along open axes) pulls the estimate by: b = -H^-1 tau L g, and of the states that were
/// pulled -H^-1 tau L b (twicing). H^-1 holds its square as that prior expects it; states that change a lot between two data, a
/// transient between frames, are bent by more. Adds b to `found`; nothing where states are no unknowns. Collective.
bool moves_of_states(estimate::Linearisation& linear, Solve const& solve, std::vector<petsc::Vector>& found);

}  // namespace mollis::uncertainty
