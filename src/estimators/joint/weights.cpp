// The smoothness of the fields and the weight of the equation: the phases of a joint fit that choose them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "estimate/rounding.hpp"
#include "estimators/joint/fitter.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

constexpr double climb_factor = 3.0844216508158815;  ///< 26 / 16 octaves
constexpr double misfit_per_freedom = 2.0;  ///< that giving one up may cost: where it does, the predictive risk no longer falls
constexpr double near_evidence = 0.1;       ///< of log(gamma / (beta <p, L p>)): 20 degrees of freedom tell it no better
constexpr double share_of_data = 0.25;      ///< that the prior of states may take,
constexpr double near_change = 0.1;         ///< of the parameters in a step, from which on it is asked what it takes: states that are not yet fitted are rough
constexpr int most_loosening = 8;
constexpr double stuck_change = 1e-4;

/// Everything that a choice of weights may have to be taken back to.
struct State {
  petsc::Vector x;
  Weights weights;
  double cost = 0.0;
};

}  // namespace

/// Evidence (MacKay's fixed point): beta <p, L p> = degrees of freedom of p. Where it has settled the Hessian itself is asked for them, if
/// it is factorised.
void Fitter::choose_smoothness(Phase phase, double penalty) {
  if (first_round(phase) == 0) {
    searches_.assign(problem_.space().unknowns().size(), {});
    if (phase == climbing_again && !ask_hessian()) return;
  }
  for (int i = first_round(phase); i < most_steps; ++i) {
    rest(phase, i);
    double largest = 0.0;
    for (auto const u : automatic_) {
      double& beta = objective_.weights().smoothness[u];
      double const next = next_weight(u);
      largest = std::max(largest, std::abs(std::log(next / beta)));
      if (at_.length > 0.5 || at_.arrived) beta = next;
    }
    largest = std::max(largest, choose_prior());
    weigh_equation(penalty);
    double const moved = step("weight");
    if (moved < 0.01 && largest < 0.3 && !ask_hessian()) return;
  }
}

/// By what the Hessian has told, else a step of the fixed point by averages.
double Fitter::next_weight(std::size_t u) const {
  double const beta = objective_.weights().smoothness[u], rough = std::max(objective_.parts().roughness[u], 1e-300);
  double const freedom = spectrum_.freedom(u, beta, objective_.weights().equation);
  auto const target = searches_[u].target();
  double factor = std::clamp(target ? std::exp(*target) / beta : freedom / (beta * rough), 0.1, 10.0);
  if (freedom <= Spectrum::least_freedom) factor = std::min(factor, 1.0);  // as smooth as can be: more would only round off
  return estimate::rounded_weight(factor * beta);
}

/// The prior of states between scattered data is as strong as these only where it takes no more of them: else tau <g, L g> would be a share of
/// the data, which its degrees of freedom are at most. By how much it has yet to go, as a logarithm; infinitely far while the last step went too far to ask.
double Fitter::choose_prior() {
  auto const& states = problem_.states;
  if (std::none_of(states.begin(), states.end(), [](auto const& state) { return state.points != nullptr; })) return 0.0;
  if (result_.trials.empty() || !(result_.trials.back().change < near_change)) return std::numeric_limits<double>::infinity();
  auto shares = objective_.prior_shares();
  double largest = 0.0;
  for (std::size_t s = 0; s < shares.size(); ++s) {
    if (!states[s].points || objective_.parts().of_states[s] <= 0.0) continue;
    double const wanted = share_of_data * objective_.counted(s) / objective_.parts().of_states[s];
    double const share = estimate::rounded_weight(std::min(1.0, shares[s] * std::clamp(wanted, 0.1, 10.0)));
    largest = std::max(largest, std::abs(std::log(share / shares[s])));
    shares[s] = share;
  }
  if (largest > 0.0) {
    objective_.set_prior_shares(shares);
    stand();
  }
  return largest;
}

/// Where the Hessian is factorised and leaves a field far less freedom than averages promised, the start was too stiff: the field went to what
/// its smoothness leaves free, which supports itself from then on. Its weight falls until the Hessian has that freedom.
void Fitter::loosen() {
  bool moved = false;
  for (auto const u : automatic_)
    for (int i = 0; i < most_loosening; ++i) {
      auto const untold = newton_.untold(u);
      if (!untold || spectrum_.rank(u) - *untold > std::min(start_freedom, 0.5 * spectrum_.rank(u))) break;
      objective_.weights().smoothness[u] = estimate::rounded_weight(objective_.weights().smoothness[u] / 10.0);
      stand();
      moved = true;
    }
  if (!moved) return;
  ask_hessian();
  weigh_equation(settled_penalty, 1.0);
  step("start");
}

/// Takes the degrees of freedom of the Hessian itself, where it is factorised, in place of those of averages, which know nothing of the
/// edge of a mask or where data lie. Whether the evidence then asks for another weight.
bool Fitter::ask_hessian() {
  auto told = objective_.told();
  std::vector<std::size_t> open;
  for (auto const u : automatic_) {
    auto const untold = newton_.untold(u);
    if (!untold) return false;
    double const exact = std::max(spectrum_.rank(u) - *untold, Spectrum::least_freedom), beta = objective_.weights().smoothness[u];
    double const excess = std::log(exact / (beta * std::max(objective_.parts().roughness[u], 1e-300)));
    told[u] *= exact / spectrum_.freedom(u, beta, objective_.weights().equation);
    if (u < searches_.size()) searches_[u].tell(std::log(beta), excess);
    if (std::abs(excess) > near_evidence) open.push_back(u);
  }
  if (automatic_.empty()) return false;
  at_.told = true;
  objective_.set_told(told);
  spectrum_.update(objective_);
  return std::any_of(open.begin(), open.end(), [&](std::size_t u) { return u >= searches_.size() || next_weight(u) != objective_.weights().smoothness[u]; });
}

/// The evidence again where it is exact, as with a stronger equation the data tell more; else what was given up for want of it.
void Fitter::follow_raise() {
  if (!automatic_.empty() && newton_.is_exact()) return choose_smoothness(climbing_again, raised_penalty);
  if (climbs() && at_.raised_by > 0.005) climb(climbing_again, raised_penalty);
}

/// Evidence undersmooths parameters smoother than its prior: stiffer ones are taken while the unbiased risk of the states (Mallows'
/// Cp: the misfit and twice the degrees of freedom) falls.
void Fitter::climb(Phase phase, double penalty) {
  for (int i = first_round(phase); i < most_climbs; ++i) {
    rest(phase, i);
    State held{petsc::like(result_.x), objective_.weights(), objective_.parts().cost};
    check(VecCopy(result_.x, held.x));
    double const before = spectrum_.data_freedom(held.weights.smoothness, held.weights.equation);
    for (auto const u : automatic_) objective_.weights().smoothness[u] *= climb_factor;
    weigh_equation(penalty);
    double moved = step("climb");
    if (moved > 0.01) moved = step("climb");
    double const after = spectrum_.data_freedom(objective_.weights().smoothness, objective_.weights().equation);
    double const cost = objective_.parts().cost - held.cost;
    bool const stuck = !at_.solved && moved < stuck_change;  // nothing is learnt from parameters that did not follow
    if (!stuck && cost < misfit_per_freedom * (before - after)) continue;
    check(VecCopy(held.x, result_.x));
    objective_.weights() = held.weights;
    stand();
    return;
  }
}

void Fitter::raise() {
  if (first_round(raising) == 0) {
    weigh_equation(raised_penalty);
    for (std::size_t s = 0; s < problem_.states.size(); ++s)
      if (double const share = objective_.prior_shares()[s]; share < 1.0)
        problem_.progress.say(fmt::format("fit   the prior of {} between its data was too strong for them: {:.2g} of it is taken", problem_.states[s].name, share));
  }
  for (int i = first_round(raising); i < 2; ++i) {
    rest(raising, i);
    at_.raised_by = step("raise");
    if (at_.raised_by <= 0.01) return;
  }
}

}  // namespace mollis::joint
