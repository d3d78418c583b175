#include "estimators/joint/rise.hpp"

#include <cmath>

#include "estimators/joint/gauss_newton.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

constexpr double tolerance = 1e-4, settled = 0.01;
constexpr int most_iterations = 3000, most_corrections = 5;   ///< the first as many as a step of the fit may take while it settles

/// The states of an objective while its parameters are held.
class StatesAlone {
 public:
  explicit StatesAlone(Objective& objective) : objective_(objective) { objective.hold_parameters(true); }
  ~StatesAlone() { objective_.hold_parameters(false); }
  StatesAlone(StatesAlone const&) = delete;
  StatesAlone& operator=(StatesAlone const&) = delete;

  /// x += the step of the states against this gradient (of which the parameters' part is dropped), H of the last linearise(); whether it could be solved.
  bool follow(Vec gradient, Vec x) const {
    auto const none = objective_.problem().space().make_vector(), step = petsc::like(x);
    objective_.put_parameters(none, gradient);
    check(VecSet(step, 0.0));
    Preconditioner preconditioner(objective_);
    Hessian hessian(objective_);
    preconditioner.update(nullptr, true);
    solver::ConjugateGradients gradients(objective_.problem().grid.comm(), objective_.layout().size, hessian, &preconditioner, {tolerance, most_iterations, true});
    bool const solved = gradients.solve(gradient, step).converged;
    check(VecAXPY(x, -1.0, step));
    return solved;
  }

 private:
  Objective& objective_;
};

double value_at(Objective& objective, Vec x) { return objective.move_to(x).value(objective.weights()); }

/// v*, and <v*, H v*> / 2; NaN where it was not solved for. The objective is linearised at x.
double follow_linearly(Objective& objective, Vec v, Vec along) {
  auto const parameters = objective.problem().space().make_vector(), product = objective.make_vector();
  objective.take_parameters(v, parameters);
  check(VecSet(along, 0.0));
  objective.put_parameters(parameters, along);
  objective.apply_hessian(along, product);
  if (!StatesAlone(objective).follow(product, along)) return NAN;
  objective.apply_hessian(along, product);
  PetscReal square = 0.0;
  check(VecDot(along, product, &square));
  return 0.5 * square;
}

/// The least objective over the states, from x on; NaN where it was not solved for.
double least_over_states(Objective& objective, Vec x, double scale) {
  StatesAlone const states(objective);
  auto const gradient = objective.make_vector();
  double value = value_at(objective, x);
  for (int i = 0; i < most_corrections; ++i) {
    objective.gradient(gradient);
    if (!states.follow(gradient, x)) return NAN;
    double const before = value;
    value = value_at(objective, x);
    if (!(std::abs(before - value) > settled * scale)) break;
  }
  return value;
}

}  // namespace

double rise(Objective& objective, Vec x, Vec v) {
  double const least = value_at(objective, x);
  objective.linearise();
  auto const along = objective.make_vector();
  double const expected = follow_linearly(objective, v, along);
  check(VecAXPY(along, 1.0, x));
  double const found = std::isfinite(expected) && expected > 0.0 ? least_over_states(objective, along, expected) : NAN;
  objective.move_to(x);
  objective.linearise();
  return (found - least) / expected;
}

}  // namespace mollis::joint
