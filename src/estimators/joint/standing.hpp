#pragma once
/// How far a joint fit has come, besides its point: what the loops decide by, as quantities of a checkpoint.
#include "estimate/quantities.hpp"
#include "estimators/joint/fit.hpp"

namespace mollis::joint {

constexpr double settled_change = 1e-3;     ///< relative, of the parameters in a step: a fit has converged

/// Phases of a fit, in their order.
enum Phase { starting, choosing, climbing, raising, climbing_again, polishing, settling, bounding };

struct Standing {
  Phase phase = starting;
  int round = 0;                            ///< of the phase's loop
  double length = 0.0, descent = 0.0;       ///< of the last step: its length, the relative fall of the objective
  bool arrived = false;                     ///< the point of the last step was a minimum already: no search finds better
  bool solved = false;                      ///< its linear solve reached the tolerance
  bool settled = false;                     ///< the parameters are known to the tolerance
  bool lost = false;                        ///< whole steps ended higher than they began
  bool noisy = false;                       ///< what multiplies a parameter was mostly noise at the start
  bool whole = false;                       ///< steps are taken whole
  bool told = false;                        ///< degrees of freedom are those of the Hessian itself
  bool near = false, shows = false;         ///< the optimum has been as near as no data could tell; rounding would have shown there
  bool stiff = false;                       ///< solves go by the saddle point
  double saddle_failed_at = never_failed;   ///< see GaussNewton::saddle_failed_at()
  double distance = 0.0, ahead = 1.0;       ///< of the last step, and of what it is thought to leave, in posterior standard deviations
  double rate = 1.0;                        ///< of distances, the last over the one before
  double scatter = 0.0;                     ///< relative, of the parameters: what sums of another order may have changed them by
  double raised_by = 0.0;                   ///< change of the parameters where the equation's weight rose
  double low = 0.0, farthest = 0.0;         ///< the objective where parameters began to settle, the largest change since
  double before = settled_change, moved = 1.0;   ///< the last changes while parameters settle, or meet their bounds
};

/// Where a fit stands and what it has found so far (not its point). Not collective.
void put_standing(Standing const& at, Joined const& found, estimate::Quantities& quantities);
/// And back; `unknowns`: their number. Not collective.
Standing take_standing(estimate::Quantities const& quantities, std::size_t unknowns, Joined& found);

}  // namespace mollis::joint
