#include "estimators/joint/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimate/kept.hpp"
#include "estimate/rounding.hpp"
#include "estimators/joint/fitter.hpp"
#include "estimators/joint/kept.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

constexpr double linear_tolerance = 0.05;
constexpr double unseen = 1e-3;             ///< of the tolerance, what rounding may change: more, and a solve may end an iteration earlier
constexpr double still = 0.01;              ///< posterior standard deviations from the optimum that nobody sees
constexpr int most_krylov = 300, most_krylov_scarce = 3000;
constexpr int most_polish = 8;
constexpr int most_krylov_settling = 3000;
constexpr int most_in_all = 6 + 2 * most_steps + 2 * 2 * most_climbs + 2 + most_polish + most_settling + most_bounded;  ///< steps of a fit
constexpr double noisy_slope = 2.0;         ///< mean square of dR/dp over that of smoothed states
constexpr double rounding = 1e-10;          ///< relative, of the objective
constexpr double settled_descent = 1e-2;    ///< relative, of the objective

double norm(Vec v) {
  PetscReal value = 0.0;
  check(VecNorm(v, NORM_2, &value));
  return value;
}

}  // namespace

Fitter::Fitter(Objective& objective)
    : objective_(objective), problem_(objective.problem()), newton_(objective, linear_tolerance, objective.is_scarce() ? most_krylov_scarce : most_krylov), spectrum_(objective),
      given_(problem_.settings.joint.penalty) {
  for (std::size_t u = 0; u < problem_.space().unknowns().size(); ++u) {
    auto const& unknown = problem_.space().unknowns()[u];
    if (unknown.grid.dimension() == 0) continue;  // a constant is as smooth as can be
    fields_.push_back(u);
    if (std::holds_alternative<run::Automatic>(unknown.settings.smoothness_weight)) automatic_.push_back(u);
  }
}

Joined Fitter::run(Vec first_guess) {
  try {
    if (!go_on()) begin(first_guess);
    if (due(starting)) start();
    if (due(choosing)) choose_smoothness(choosing, settled_penalty);
    if (due(climbing) && climbs()) climb(climbing, settled_penalty);
    if (due(raising)) raise();
    if (due(climbing_again)) follow_raise();
    if (due(polishing)) polish();
    if (due(settling) && result_.converged) settle();
    respect_bounds();
    stand();
  } catch (AveragesFail const&) {
    result_.averages_fail = true;
  } catch (Breakdown const& breakdown) {
    end_at(breakdown, first_guess);
  }
  return std::move(result_);
}

double Fitter::change_from(Vec before) const {
  auto const change = parameters();
  double const size = norm(change);
  check(VecAXPY(change, -1.0, before));
  if (size > 0.0) return norm(change) / size;
  return norm(before) > 0.0 ? 1.0 : 0.0;
}

bool Fitter::is_settled(double moved, double before) const {
  double const rate = std::clamp(moved / before, linear_tolerance, 1.0);
  return rate * moved < problem_.settings.inversion.tolerance;
}

/// With factors rounding stands at the bar itself, and a step is cheap: such fits settle to the tolerance.
bool Fitter::is_still() {
  if (!at_.solved || at_.length < 1.0 || at_.ahead >= still) return false;  // so near, rounding decides what a search finds
  if (!at_.near) at_.shows = newton_.is_exact() || at_.scatter >= unseen * problem_.settings.inversion.tolerance;
  at_.near = true;
  return !at_.shows;
}

/// How far the optimum of these weights is after a step, and how far steps of other rounding would be from here. Both shrink from step to
/// step as the steps do.
void Fitter::look_ahead(GaussNewton::Outcome const& outcome, double moved) {
  double const rate = outcome.solved && outcome.length == 1.0 && at_.distance > 0.0
                          ? std::clamp(outcome.distance / at_.distance, linear_tolerance, 1.0) : 1.0;
  at_.distance = outcome.distance;
  at_.ahead = std::max(rate, at_.rate) * outcome.distance;  // of two rates the worse: they go up and down
  at_.rate = rate;
  at_.scatter = rate * at_.scatter + outcome.lost * moved;
}

/// g: least squares of the data with a little of |g|^2; p: the first guess.
void Fitter::begin(Vec first_guess) {
  result_.x = objective_.fit_states(1e-3);
  objective_.put_parameters(first_guess, result_.x);
  objective_.move_to(result_.x);
  objective_.mask_undefined();
  objective_.linearise();
  if (auto const sizes = objective_.expected_sizes(); sizes != objective_.sizes()) {
    objective_.set_sizes(sizes);
    objective_.move_to(result_.x);
    objective_.linearise();
  }
  spectrum_.update(objective_);
}

/// Takes x for the point of everything that is read off the objective.
void Fitter::stand() {
  objective_.move_to(result_.x);
  objective_.reweigh();
  objective_.linearise();
  spectrum_.update(objective_);
}

/// Keeps the state at the head of a loop; the run may stop there.
void Fitter::rest(Phase phase, int round) {
  at_.phase = phase;
  at_.round = round;
  at_.stiff = objective_.is_stiff();
  at_.saddle_failed_at = newton_.saddle_failed_at();
  estimate::Quantities kept;
  put_point(objective_, result_.x, kept);
  put_standing(at_, result_, kept);
  kept.put("freedom", objective_.told());
  std::vector<double> numbers;
  for (auto const& search : searches_)
    for (double const number : search.numbers()) numbers.push_back(number);
  kept.put("searches", numbers);
  problem_.keeper->keep("fit", kept);
  problem_.keeper->pause();
}

/// Takes up the state that the run before has kept, if it has kept one.
bool Fitter::go_on() {
  auto const* kept = problem_.keeper->kept("fit");
  if (kept == nullptr) return false;
  at_ = take_standing(*kept, problem_.space().unknowns().size(), result_);
  phase_ = at_.phase;
  round_ = at_.round;
  newton_.go_on(at_.stiff, at_.saddle_failed_at);
  if (at_.whole) take_whole_steps();
  objective_.set_told(kept->numbers("freedom"));
  auto const& numbers = kept->numbers("searches");
  constexpr std::size_t each = std::tuple_size<WeightSearch::Numbers>::value;
  for (std::size_t i = 0; i + each <= numbers.size(); i += each) {
    WeightSearch::Numbers own;
    std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(i), each, own.begin());
    searches_.push_back(WeightSearch::of(own));
  }
  result_.x = take_point(objective_, *kept);
  spectrum_.update(objective_);
  return true;
}

void Fitter::take_whole_steps() {
  at_.whole = true;
  newton_.take_whole_steps(most_krylov_settling);
}

/// Leaves the objective at the last finite point, at the first guess where there is none.
void Fitter::end_at(Breakdown const& breakdown, Vec first_guess) {
  result_.failure = fmt::format("joint fit, phase \"{}\", step {}: {}", breakdown.phase, result_.newton + 1, breakdown.what);
  result_.converged = false;
  if (!petsc::is_finite(result_.x)) {
    check(VecSet(result_.x, 0.0));
    objective_.put_parameters(first_guess, result_.x);
  }
  objective_.move_to(result_.x);
  objective_.reweigh();
  objective_.linearise();
}

/// A given weight is taken where weights rise to their last value: parameters start where the equation lets them move.
void Fitter::weigh_equation(double penalty, double share) {
  auto& w = objective_.weights().equation;
  auto const* given = std::get_if<double>(&given_);
  if (given != nullptr && penalty == raised_penalty) {
    std::fill(w.begin(), w.end(), share * *given);
    return;
  }
  w = spectrum_.equation_weights(objective_.weights().smoothness, penalty);
  for (double& value : w) value = share * estimate::rounded_weight(value);
}

double Fitter::step(char const* phase) {
  auto const before = parameters();
  double const value = objective_.parts().value(objective_.weights());
  if (!std::isfinite(value)) throw Breakdown{phase, "the objective is not finite"};
  newton_.leave_edges(at_.phase == starting);
  spectrum_.set_down();
  auto const outcome = newton_.step(result_.x);
  if (!outcome.broken.empty()) throw Breakdown{phase, outcome.broken};
  if (outcome.failed && newton_.can_leave_averages()) throw AveragesFail{};
  at_.descent = 1.0 - outcome.objective / value;
  double const moved = change_from(before);
  at_.length = outcome.length;
  at_.arrived = outcome.promised < rounding * value;
  at_.solved = outcome.solved;
  look_ahead(outcome, moved);
  result_.objective = outcome.objective;
  result_.gradient = outcome.gradient;
  ++result_.newton;
  problem_.progress.count_krylov(outcome.krylov);
  stand();
  result_.trials.push_back({phase, objective_.weights().smoothness, objective_.weights().equation.front(),
                            objective_.parts().misfit, freedom(), moved});
  run::Step line;
  line.phase = phase;
  line.iteration = result_.newton;
  line.of_at_most = most_in_all;
  line.objective = outcome.objective;
  line.gradient = outcome.gradient;
  line.misfit = objective_.parts().misfit / static_cast<double>(problem_.grid.points());
  line.change = moved;
  if (!objective_.weights().smoothness.empty()) line.weight = objective_.weights().smoothness.front();
  line.krylov = outcome.krylov;
  problem_.progress.step(line);
  return moved;
}

/// Mean square of what multiplies each parameter, all residuals.
std::vector<double> Fitter::slopes() {
  std::vector<double> squares;
  for (std::size_t u = 0; u < problem_.space().unknowns().size(); ++u) {
    squares.push_back(0.0);
    for (std::size_t k = 0; k < objective_.weights().equation.size(); ++k) {
      Field const a = objective_.slope(k, u);
      squares.back() += kernels::triple_product(objective_.mask(), a, a);
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, squares.data(), static_cast<int>(squares.size()), MPI_DOUBLE, MPI_SUM, problem_.grid.comm());
  return squares;
}

/// The states by themselves, smoothed a little by the equation with the first guess of the parameters, then all together,
/// the parameters stiff and the equation ever stronger. Where what multiplies a parameter was mostly noise, which would pull
/// the parameter to 0, the states are smoothed in full before the parameters move.
void Fitter::start() {
  auto const stage = [&](double share) {
    for (auto const u : fields_) objective_.weights().smoothness[u] = estimate::rounded_weight(spectrum_.beta_for(u, start_freedom));
    weigh_equation(settled_penalty, share);
    step("start");
  };
  int const first = first_round(starting);
  if (first == 0) {
    objective_.hold_parameters(true);
    auto const raw = slopes();
    stage(1e-3);
    auto const smoothed = slopes();
    for (std::size_t u = 0; u < raw.size(); ++u) at_.noisy = at_.noisy || raw[u] > noisy_slope * smoothed[u];
  }
  int const held = at_.noisy ? 3 : 0;   // of the shares, before the parameters move
  std::vector<double> const shares = at_.noisy ? std::vector<double>{1e-1, 1.0, 1.0, 1.0, 1.0, 1.0} : std::vector<double>{1e-2, 1e-1};
  for (int i = std::max(first - 1, 0); i < static_cast<int>(shares.size()); ++i) {
    rest(starting, i + 1);
    objective_.hold_parameters(i < held);
    stage(shares[static_cast<std::size_t>(i)]);
  }
  for (auto const u : fields_)
    if (auto const* given = std::get_if<double>(&problem_.space().unknowns()[u].settings.smoothness_weight))
      objective_.weights().smoothness[u] = *given;
  loosen();
}

/// Steps at the final weights until the parameters stand.
void Fitter::polish() {
  for (int i = first_round(polishing); i < most_polish && !result_.converged; ++i) {
    rest(polishing, i);
    double const moved = step("polish");
    result_.converged = is_still() ||
                        (moved < settled_change && (at_.length > 0.0 || at_.arrived) && at_.descent < (at_.solved ? settled_descent : 0.1 * settled_descent));
    if (at_.length == 0.0) return;
  }
}

Joined fit(Objective& objective, Vec first_guess) { return Fitter(objective).run(first_guess); }

}  // namespace mollis::joint
