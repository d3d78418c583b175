#include "estimators/joint/gauss_newton.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "estimators/methods.hpp"
#include "petsc/watch.hpp"

namespace mollis::joint {
using petsc::check;

namespace {

constexpr int slow_krylov = 20;        ///< a preconditioner that takes more leaves work for the saddle point
constexpr int most_saddle = 60;        ///< iterations there to the tolerance of a step: it serves in few, or not at all
constexpr double softer = 0.1;         ///< smoothness weights over those with which it has not served
constexpr double margin = 0.5;         ///< its own measure of the error is that of averages
constexpr int most_directions = 300;
constexpr double settling_tolerance = 1e-3;  ///< of linear solves that nothing but rounding keeps from it: 5 % leaves soft modes where they are
constexpr double exact_tolerance = 1e-6;     ///< by factors of the Hessian, of which an iteration is a small part: what is left shows which ranks there are
constexpr int enough_krylov = 100;     ///< in which a preconditioner that serves has converged; a user's fewer say nothing of it

/// Whether all directions of a linear solve are few enough to be kept, over all ranks. Collective.
bool can_keep_directions(Objective const& objective) {
  Index unknowns = objective.layout().size;
  MPI_Allreduce(MPI_IN_PLACE, &unknowns, 1, MPI_INT64_T, MPI_SUM, objective.problem().grid.comm());
  return static_cast<double>(unknowns) <= estimators::most_unknowns_with_directions;
}

}  // namespace

void Hessian::apply(Vec in, Vec out) {
  objective_.problem().keeper->pause();
  objective_.apply_hessian(in, out);
  project(out);
}

void Hessian::project(Vec v) const {
  if (moves) check(VecPointwiseMult(v, v, moves));
}

GaussNewton::GaussNewton(Objective& objective, double tolerance, int most_krylov)
    : objective_(objective), preconditioner_(objective), tolerance_(is_exact() ? std::min(tolerance, exact_tolerance) : tolerance), hessian_(objective), saddle_(objective, preconditioner_), projected_(preconditioner_),
      shells_(objective.problem().grid.comm(), objective.layout().size, hessian_, &projected_),
      tick_(objective.problem().grid.comm(), "linear solve") {
  check(TaoCreate(objective.problem().grid.comm(), tao_.address()));
  check(TaoSetType(tao_, TAONLS));
  check(TaoSetOptionsPrefix(tao_, "joint_"));
  check(TaoSetObjectiveAndGradient(tao_, nullptr, evaluate, this));
  check(TaoSetHessian(tao_, shells_.matrix(), shells_.matrix(), linearise, this));
  check(TaoSetTolerances(tao_, 0.0, 0.0, 0.0));
  check(TaoSetMaximumIterations(tao_, 1));
  TaoLineSearch search = nullptr;
  check(TaoGetLineSearch(tao_, &search));
  check(TaoLineSearchSetType(search, TAOLINESEARCHARMIJO));
  KSP ksp = nullptr;
  check(TaoGetKSP(tao_, &ksp));
  solver::set_rule(ksp, {tolerance_, most_krylov, true});
  if (can_keep_directions(objective)) solver::keep_directions(ksp, estimators::directions_from_the_start, most_directions);
  check(KSPSetResidualHistory(ksp, &first_norm_, 1, PETSC_TRUE));
  shells_.put_preconditioner(ksp);
  check(TaoSetFromOptions(tao_));
  check(TaoGetKSP(tao_, &ksp));
  if (ksp == nullptr) return;
  solver::check_rule(ksp);
  petsc::watch(ksp, tick_);
  check(KSPSetPostSolve(ksp, measure, this));
  KSPType type = nullptr;
  check(KSPGetType(ksp, &type));
  keeps_directions_ = std::string(type) == KSPFCG;
  has_saddle_ = (std::string(type) == KSPCG || keeps_directions_) && preconditioner_.is_one_model();
  if (has_saddle_) check(KSPSetPreSolve(ksp, guess, this));
}

/// Iterations of the saddle point to a smaller tolerance, at the rate that a step asks for.
int GaussNewton::most_saddle_to(double tolerance) const {
  return static_cast<int>(most_saddle * std::clamp(std::log(tolerance) / std::log(tolerance_), 1.0, 10.0));
}

/// What the saddle point has for conjugate gradients on H to begin with, and to check.
PetscErrorCode GaussNewton::guess(KSP ksp, Vec b, Vec s, void* self) {
  auto& fit = *static_cast<GaussNewton*>(self);
  return solver::guarded(fit.shells_.kept(), [&] {
    bool const stiff = fit.objective_.is_stiff();
    check(KSPSetInitialGuessNonzero(ksp, stiff ? PETSC_TRUE : PETSC_FALSE));
    fit.by_saddle_ = {};
    if (!stiff) return;
    PetscReal tolerance = 0.0;
    check(KSPGetTolerances(ksp, &tolerance, nullptr, nullptr, nullptr));
    fit.by_saddle_ = fit.saddle_.solve(b, s, fit.hessian_.moves, margin * tolerance, fit.most_saddle_to(tolerance));
  });
}

/// Distance and orthogonality of the solution of H s = b that was just found, by one more product.
PetscErrorCode GaussNewton::measure(KSP ksp, Vec b, Vec s, void* self) {
  auto& fit = *static_cast<GaussNewton*>(self);
  return solver::guarded(fit.shells_.kept(), [&] {
    auto const r = petsc::like(b);
    check(MatMult(fit.shells_.matrix(), s, r));
    check(VecAYPX(r, -1.0, b));
    PetscReal along = 0.0, across = 0.0, left = 0.0, tolerance = 0.0;
    check(VecDot(b, s, &along));
    check(VecDot(r, s, &across));
    check(KSPGetResidualNorm(ksp, &left));
    fit.distance_ = std::sqrt(std::max(along - across, 0.0));
    check(KSPGetTolerances(ksp, &tolerance, nullptr, nullptr, nullptr));
    double const asked = std::max(tolerance * fit.size_of_gradient(), left);  // a solve that goes further passes on as much less
    fit.lost_ = fit.distance_ > 0.0 && asked > 0.0 ? std::abs(across) / (fit.distance_ * asked) : 0.0;
  });
}

GaussNewton::~GaussNewton() = default;

void GaussNewton::take_whole_steps(int most_krylov) {
  takes_whole_steps_ = true;
  TaoLineSearch search = nullptr;
  check(TaoGetLineSearch(tao_, &search));
  check(TaoLineSearchSetType(search, TAOLINESEARCHUNIT));
  KSP ksp = nullptr;
  check(TaoGetKSP(tao_, &ksp));
  PetscReal tolerance = 0.0;
  check(KSPGetTolerances(ksp, &tolerance, nullptr, nullptr, nullptr));
  if (keeps_directions_ && !is_exact()) tolerance = std::min(tolerance, settling_tolerance);
  check(KSPSetTolerances(ksp, tolerance, PETSC_DEFAULT, PETSC_DEFAULT, most_krylov));
}

PetscErrorCode GaussNewton::evaluate(Tao, Vec x, PetscReal* value, Vec gradient, void* self) {
  auto& fit = *static_cast<GaussNewton*>(self);
  return solver::guarded(fit.shells_.kept(), [&] {
    *value = fit.objective_.move_to(x).value(fit.objective_.weights());
    fit.objective_.gradient(gradient);
    fit.hessian_.project(gradient);
    fit.finite_ = std::isfinite(*value) && petsc::is_finite(gradient);
    if (!fit.finite_) *value = INFINITY;  // a line search steps back from there
  });
}

/// TAO asks for the Hessian where it has evaluated last.
PetscErrorCode GaussNewton::linearise(Tao, Vec x, Mat, Mat, void* self) {
  auto& fit = *static_cast<GaussNewton*>(self);
  return solver::guarded(fit.shells_.kept(), [&] {
    fit.objective_.move_to(x);
    fit.objective_.linearise();
    fit.objective_.set_down();   // until the line search, which evaluates elsewhere
    fit.preconditioner_.update(fit.hessian_.moves);
  });
}

GaussNewton::Outcome GaussNewton::step(Vec x) {
  Outcome outcome;
  KSP ksp = nullptr;
  distance_ = 0.0, lost_ = 1.0;
  check(TaoSetSolution(tao_, x));
  PetscErrorCode const code = TaoSolve(tao_);
  shells_.rethrow();
  if (code != 0 && !finite_) {  // TAO takes a start that is not finite for an error in the program
    outcome.broken = "the objective is not finite";
    return outcome;
  }
  check(code);
  check(TaoGetKSP(tao_, &ksp));
  PetscInt iterations = 0, krylov = 0;
  PetscReal value = 0.0, gradient = 0.0, length = 0.0;
  check(TaoGetSolutionStatus(tao_, &iterations, &value, &gradient, nullptr, &length, nullptr));
  check(TaoGetLinearSolveIterations(tao_, &krylov));
  outcome.objective = value;
  outcome.gradient = gradient;
  outcome.length = iterations > 0 ? length : 0.0;
  outcome.promised = 0.5 * size_of_gradient() * size_of_gradient();
  outcome.krylov = static_cast<int>(krylov) + by_saddle_.iterations;
  outcome.distance = distance_;
  outcome.lost = lost_;
  if (outcome.length == 0.0 && ksp != nullptr) outcome.broken = solver::breakdown_of(ksp);
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  check(KSPGetConvergedReason(ksp, &reason));
  outcome.solved = reason > 0;
  outcome.failed = outcome.krylov >= enough_krylov && (!outcome.solved || (keeps_directions_ && !takes_whole_steps_));
  judge_saddle(outcome.solved && krylov >= slow_krylov);
  return outcome;
}

/// By which way the next step is solved for. Where the saddle point has not served fields may have been too stiff to take up what the averaged
/// equation gets wrong: it is tried again once they are softer.
void GaussNewton::judge_saddle(bool slow) {
  auto const& weights = objective_.weights().smoothness;
  double const stiffest = weights.empty() ? 0.0 : *std::max_element(weights.begin(), weights.end());
  if (objective_.is_stiff() && !by_saddle_.solved) saddle_failed_at_ = stiffest > 0.0 ? stiffest : -1.0;
  objective_.set_stiff(has_saddle_ && stiffest <= softer * saddle_failed_at_ && (slow || objective_.is_stiff()));
}

}  // namespace mollis::joint
