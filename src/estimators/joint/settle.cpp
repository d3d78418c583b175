// The end of a joint fit: parameters known to the tolerance, and within their bounds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/joint/bounds.hpp"
#include "estimators/joint/fitter.hpp"

namespace mollis::joint {
namespace {

constexpr double uphill = 0.5;  ///< of the objective, minus the logarithm of the posterior: what one standard error costs
constexpr double slack = 0.8;   ///< of that from each step within bounds to the next, once they are halved
constexpr double rise = 1e-10;  ///< of the objective, relative: rounding leads uphill, too
constexpr int most_halved = 4, patience = 8;  ///< steps within bounds that may lead uphill, as the next one brings the states after

}  // namespace

/// Whole steps until the parameters are known to the tolerance: the way here must not show in them. A step is taken to leave an
/// error as much smaller than itself as it was smaller than the one before. Given up where the linear solves are too hard. Nothing but
/// the valley's floor keeps whole steps from leaving it along a direction that the data hardly determine: where they end higher than they
/// began, they have found another stationary point, whose standard errors know nothing of the way there.
void Fitter::settle() {
  take_whole_steps();
  if (first_round(settling) == 0) {
    at_.low = cost();
    at_.settled = is_still();
  }
  for (int i = first_round(settling); i < most_settling && !at_.settled; ++i) {
    rest(settling, i);
    double const moved = step_downhill();
    at_.settled = is_still() || (at_.solved && is_settled(moved, at_.before));
    at_.before = moved;
    at_.farthest = std::max(at_.farthest, moved);
    if (!at_.solved) break;
  }
  at_.lost = at_.farthest > settled_change && cost() > at_.low + uphill;  // stiff fields: rounding alone moves the objective
  if (at_.lost) {
    at_.settled = result_.converged = false;
    problem_.progress.say(fmt::format("fit   whole steps led uphill, from {:.6g} to {:.6g}: the data leave some combination of the parameters open",
                                      at_.low, cost()));
    return;
  }
  if (at_.settled) return;
  result_.converged = at_.before < settled_change;  // a linear solve that stopped early had said so without cause
  say_unsettled(at_.before);
}

/// A whole step of the settling. Where the residuals' own curvature is more than Gauss and Newton's, whole steps overshoot, and near the optimum each is
/// longer than the one before: one that leads uphill as well is halved until it does not. By how much the whole step moved the parameters.
double Fitter::step_downhill() {
  auto const from = objective_.make_vector();
  petsc::check(VecCopy(result_.x, from));
  double const low = cost();
  double const moved = step("settle");
  if (moved > at_.before && cost() > low * (1.0 + rise)) shorten(from, low);
  return moved;
}

/// Goes back by half towards `from` while the objective stands higher than `most`, at most four times: steps that set parameters to
/// their bounds leave the states behind, and whole ones swing between two sets of bounds. Whether the step was left whole.
bool Fitter::shorten(Vec from, double most) {
  bool whole = true;
  for (int i = 0; i < most_halved && cost() > most; ++i, whole = false) {
    petsc::check(VecAXPBY(result_.x, 0.5, 0.5, from));
    objective_.move_to(result_.x);
  }
  return whole;
}

/// Parameters outside their bounds are set to them; those that would leave again stay there while all else is fitted.
void Fitter::respect_bounds() {
  auto const bounds = parameters::make_bounds(problem_.space());
  if (!bounds.any) return;
  int const first = first_round(bounding);
  if (first == 0) {
    if (!set_within(bounds, objective_, result_.x)) return;
    at_.before = settled_change;
  }
  bool done = false, whole = true;
  for (int i = std::max(first - 1, 0); i < most_bounded && !done; ++i) {
    rest(bounding, i + 1);
    newton_.let_move(inner(bounds, objective_, result_.x));
    auto const at = parameters();
    auto const from = objective_.make_vector();
    petsc::check(VecCopy(result_.x, from));
    double const low = cost();
    double const freely = step("bounds");
    set_within(bounds, objective_, result_.x);
    whole = i < patience || shorten(from, low + uphill * std::pow(slack, i - patience));
    at_.moved = std::max(freely, change_from(at));  // set back to where they were, the parameters stand and the states do not
    done = whole && (at_.settled ? at_.solved && is_settled(at_.moved, at_.before) : at_.moved < settled_change);
    at_.before = at_.moved;
  }
  bool const lost = at_.lost && cost() > at_.low + uphill;  // what is as low as where parameters began to settle is found again
  result_.converged = whole && at_.moved < settled_change && !lost;
  if (at_.settled && !done) say_unsettled(at_.moved);
}

void Fitter::say_unsettled(double moved) {
  result_.unsettled = moved;
  problem_.progress.say(fmt::format("fit   the last step moved the parameters by {:.1e}, more than the tolerance: so much they may differ on "
                                    "other numbers of ranks", moved));
}

}  // namespace mollis::joint
