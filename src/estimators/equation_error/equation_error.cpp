#include "estimators/equation_error/equation_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimate/parameters.hpp"
#include "estimators/methods.hpp"

namespace mollis::equation_error {
namespace {

using petsc::check;

double norm(Vec x) {
  PetscReal value = 0.0;
  check(VecNorm(x, NORM_2, &value));
  return value;
}

double largest(std::vector<double> const& values) { return *std::max_element(values.begin(), values.end()); }

/// Where a pass begins: its start.
void keep_pass(checkpoint::Keeper& keeper, parameters::ParameterSpace const& space, Fit const& fit, int pass) {
  checkpoint::Quantities at;
  estimate::put_vector(space, "x", fit.x, at);
  at.put("pass", {static_cast<double>(pass), static_cast<double>(fit.newton)});
  keeper.keep("fit", at);
  keeper.pause();
}

int kept_pass(checkpoint::Keeper& keeper, parameters::ParameterSpace const& space, Fit& fit) {
  auto const* at = keeper.kept("fit");
  if (at == nullptr) return 1;
  fit.x = estimate::take_vector(space, "x", *at);
  fit.newton = static_cast<int>(at->numbers("pass").at(1));
  return static_cast<int>(at->numbers("pass").at(0));
}

}  // namespace

EquationError::EquationError(residual::ResidualModel& model, estimators::Settings const& settings, run::Progress& progress)
    : model_(model), settings_(settings), progress_(progress),
      smoothness_(std::make_shared<parameters::SmoothnessProduct>(model.space())),
      solver_(model.space(), smoothness_, settings.tolerance, estimators::method_named(settings.method).couples_points) {
  if (!model_.system().affine) return;
  auto const zero = space().make_vector();
  model_.move_to(space().scatter(zero));
  partials_ = model_.parameter_partials();
  constant_ = model_.residuals();
  if (residual::NoiseBias::applies(settings, space(), model_.system())) bias_.emplace(model_);
  model_.move_to(space().scatter(parameters::first_guess(space())));
}

std::vector<Field> EquationError::weights_at(Vec x) {
  auto const bounds = parameters::make_bounds(space());
  auto const clipped = petsc::like(x);
  check(VecCopy(x, clipped));
  check(VecPointwiseMax(clipped, clipped, bounds.lower));
  check(VecPointwiseMin(clipped, clipped, bounds.upper));
  model_.move_to(space().scatter(clipped));
  return model_.weights();
}

petsc::Vector EquationError::project(std::vector<Field> const& weights, std::vector<Field> const& n) {
  auto vector = space().make_vector();
  auto const& partials = model_.system().affine ? partials_ : model_.parameter_partials();
  space().gather(model_.jacobian_transposed(partials, weights, n), vector);
  return vector;
}

residual::NormalNoise const* EquationError::noise(std::vector<Field> const& weights) {
  if (!bias_) return nullptr;
  auto const same = [](Field const& a, Field const& b) { return a.data() == b.data(); };
  if (!std::equal(weights.begin(), weights.end(), noise_weights_.begin(), noise_weights_.end(), same)) {
    noise_ = bias_->noise(model_, partials_, constant_, weights);
    noise_weights_ = weights;  // held, so that the comparison above is of arrays that both live
  }
  return &noise_;
}

petsc::Vector EquationError::right_hand_side(std::vector<Field> const& weights) {
  auto vector = project(weights, constant_);
  check(VecScale(vector, -1.0));
  if (auto const* n = noise(weights)) n->add_to(space(), vector);
  return vector;
}

Mat EquationError::normal_matrix(Vec x, std::vector<Field> const& weights, std::vector<double> const& beta) {
  if (model_.system().affine) {
    solver_.update({&model_, partials_, weights, beta, noise(weights)});
  } else {
    model_.move_to(space().scatter(x));
    solver_.update({&model_, model_.parameter_partials(), weights, beta});
  }
  return solver_.matrix();
}

std::vector<Field> EquationError::sensitivity(Vec x, std::vector<Field> const& weights) {
  model_.move_to(space().scatter(x));
  auto const sum = space().make_vector();
  space().gather(equation_error::sensitivity({&model_, model_.parameter_partials(), weights, {}}), sum);
  return space().scatter(sum);
}

void EquationError::smoothness(std::vector<double> const& beta, Vec x, Vec out) const {
  check(VecSet(out, 0.0));
  add_smoothness(space(), *smoothness_, beta, space().scatter(x), out);
}

solver::Outcome EquationError::solve(Vec b, Vec x, double tolerance) {
  auto outcome = solver_.solve(b, x, tolerance);
  progress_.count_krylov(outcome.iterations);
  return outcome;
}

double EquationError::last_tolerance() const { return std::min(settings_.tolerance, std::max(0.01 * settings_.tolerance, 1e-12)); }

double EquationError::misfit(Vec x, std::vector<Field> const& weights) {
  model_.move_to(space().scatter(x));
  auto const r = model_.residuals();
  double sum = 0.0;
  for (std::size_t k = 0; k < r.size(); ++k) sum += kernels::triple_product(weights[k], r[k], r[k]);
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, space().grid().comm());
  return sum;
}

bool EquationError::violates_bounds(Vec x) const {
  auto const bounds = parameters::make_bounds(space());
  if (!bounds.any) return false;
  auto const clipped = petsc::like(x);
  check(VecCopy(x, clipped));
  check(VecPointwiseMax(clipped, clipped, bounds.lower));
  check(VecPointwiseMin(clipped, clipped, bounds.upper));
  check(VecAXPY(clipped, -1.0, x));
  return norm(clipped) > 0.0;
}

bool EquationError::solve_free(Fit& fit, double tolerance) {
  Mat const matrix = normal_matrix(fit.x, fit.weights, fit.beta);
  auto const b = right_hand_side(fit.weights);
  auto const outcome = solve(b, fit.x, tolerance);
  fit.failure = outcome.broken.empty() ? "" : "linear solve: " + outcome.broken;
  take_objective(matrix, b, fit);
  return outcome.converged;
}

void EquationError::take_objective(Mat matrix, Vec b, Fit& fit) {
  auto const gradient = petsc::like(fit.x);
  check(MatMult(matrix, fit.x, gradient));
  PetscScalar quadratic = 0.0, linear = 0.0;
  check(VecDot(fit.x, gradient, &quadratic));
  check(VecDot(fit.x, b, &linear));
  check(VecAXPY(gradient, -1.0, b));
  fit.gradient = norm(gradient);
  double constant = 0.0;
  for (std::size_t k = 0; k < constant_.size(); ++k)
    constant += kernels::triple_product(fit.weights[k], constant_[k], constant_[k]);
  MPI_Allreduce(MPI_IN_PLACE, &constant, 1, MPI_DOUBLE, MPI_SUM, space().grid().comm());
  fit.objective = 0.5 * quadratic - linear + 0.5 * constant;
  if (auto const* n = noise(fit.weights)) fit.objective += n->value(space(), fit.x, nullptr);
}

bool EquationError::fit_once(Vec x, std::vector<Field> const& weights, std::vector<double> const& beta) {
  Fit fit;
  fit.x = petsc::like(x);
  check(VecCopy(x, fit.x));
  fit.weights = weights;
  fit.beta = beta;
  if (model_.system().affine)
    solve_free(fit, settings_.tolerance);
  else
    minimise_with_tao(*this, fit, parameters::make_bounds(space()));
  if (fit.failure.empty()) check(VecCopy(fit.x, x));
  return !fit.failure.empty();
}

void EquationError::minimise(parameters::Bounds const& bounds, Fit& fit, double tolerance) {
  bool const affine = model_.system().affine;
  fit.converged = affine && solve_free(fit, tolerance);
  if (!fit.failure.empty()) return;
  bool const done = affine && (!violates_bounds(fit.x) || solve_within(bounds, fit, tolerance));
  if (!done) fit.converged = minimise_with_tao(*this, fit, bounds);
}

/// H^-1 is less than the covariance of the error, as residuals are correlated: its trace errs to the safe side.
bool EquationError::has_settled(std::vector<double> const& changes, Vec x) {
  auto const variances = solver_.traces_of_inverse();
  auto const sizes = space().norms(x);
  for (std::size_t u = 0; u < changes.size(); ++u)
    if (!(changes[u] < std::max(10.0 * settings_.tolerance, 0.01 * std::sqrt(variances[u]) / std::max(sizes[u], 1e-300)))) return false;
  return true;
}

void EquationError::fit(Fit& fit, int passes, checkpoint::Keeper& keeper) {
  struct Given {
    checkpoint::Keeper*& given;
    NormalSolver& solver;
    ~Given() {
      given = nullptr;
      solver.pause_at(nullptr);
    }
  } const given{keeper_, solver_};
  keeper_ = &keeper;
  solver_.pause_at(&keeper);
  auto const bounds = parameters::make_bounds(space());
  auto const previous = petsc::like(fit.x);
  bool const once = model_.system().parameter_free_state_partials;
  for (int pass = kept_pass(keeper, space(), fit); pass <= passes; ++pass) {
    if (keeper.kept("fit/newton") == nullptr) keep_pass(keeper, space(), fit, pass);
    check(VecCopy(fit.x, previous));
    fit.weights = weights_at(fit.x);
    int const before = progress_.krylov();
    minimise(bounds, fit, last_tolerance());
    auto const changes = space().changes(previous, fit.x);
    fit.settled = fit.failure.empty() && (once || (fit.converged && has_settled(changes, fit.x)));
    keeper.drop("fit/newton");
    ++fit.newton;
    if (!fit.failure.empty()) {
      fit.failure = fmt::format("fit, pass {}: {}", pass, fit.failure);
      check(VecCopy(previous, fit.x));
    }
    double const change = largest(changes);
    run::Step step;
    step.phase = "fit";
    step.iteration = pass;
    step.of_at_most = passes;
    step.objective = fit.objective;
    step.gradient = fit.gradient;
    step.change = change;
    step.weight = fit.beta.front();
    step.krylov = progress_.krylov() - before;
    progress_.step(step);
    if (!fit.failure.empty() || fit.settled) return;
  }
}

}  // namespace mollis::equation_error
