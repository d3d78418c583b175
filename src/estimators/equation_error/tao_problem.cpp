#include <algorithm>
#include <cmath>
#include <limits>

#include "estimators/equation_error/equation_error.hpp"
#include "estimate/parameters.hpp"
#include "petsc/watch.hpp"
#include "solver/shells.hpp"

namespace mollis::equation_error {
namespace {

using petsc::check;

/// What TAO's callbacks see. Exceptions must not pass through PETSc's C code: they are kept and thrown afterwards.
struct Context {
  EquationError& problem;
  Fit& fit;
  petsc::Vector constant;           ///< near the unknowns, and nothing to the smoothness: what is left of them rounds off less there
  std::exception_ptr error;
  bool finite;                      ///< value and gradient where they were asked for last
  int done, krylov;                 ///< iterations of the run before, and of its linear solves
  double least;                     ///< the gradient to stop at
  double first;                     ///< norm of the gradient where the minimisation began
  char const* part;                 ///< where the iterate is kept
};

char const* const free_part = "fit/newton";
char const* const bounded_part = "fit/newton/within";   // forgotten with the other

PetscErrorCode objective_and_gradient(Tao, Vec x, PetscReal* value, Vec gradient, void* data) {
  auto& context = *static_cast<Context*>(data);
  return solver::guarded(context.error, [&] {
    auto& model = context.problem.model();
    auto const& space = context.problem.space();
    model.move_to(space.scatter(x));
    auto const r = model.residuals();
    double misfit = 0.0;
    for (std::size_t k = 0; k < r.size(); ++k) misfit += kernels::triple_product(context.fit.weights[k], r[k], r[k]);
    MPI_Allreduce(MPI_IN_PLACE, &misfit, 1, MPI_DOUBLE, MPI_SUM, space.grid().comm());
    space.gather(model.jacobian_transposed(model.parameter_partials(), context.fit.weights, r), gradient);
    auto const smooth = petsc::like(x), varying = petsc::like(x);
    check(VecWAXPY(varying, -1.0, context.constant, x));
    context.problem.smoothness(context.fit.beta, varying, smooth);
    PetscScalar roughness = 0.0;
    check(VecDot(varying, smooth, &roughness));
    check(VecAXPY(gradient, 1.0, smooth));
    *value = 0.5 * misfit + 0.5 * roughness;
    if (auto const* noise = context.problem.noise(context.fit.weights)) *value -= noise->value(space, x, gradient);
    context.finite = std::isfinite(*value) && petsc::is_finite(gradient);
    if (!context.finite) *value = INFINITY;  // a line search steps back from there
  });
}

PetscErrorCode hessian(Tao, Vec x, Mat matrix, Mat, void* data) {
  auto& context = *static_cast<Context*>(data);
  return solver::guarded(context.error, [&] {
    Mat const fresh = context.problem.normal_matrix(x, context.fit.weights, context.fit.beta);
    auto& solver = context.problem.solver();
    if (fresh == matrix)
      solver.renew_preconditioner();
    else
      check(MatCopy(solver.assembled(), matrix, SAME_NONZERO_PATTERN));
  });
}

/// The iterate; the run may stop here.
void keep_iterate(Context& context, Tao tao, int iteration) {
  auto* keeper = context.problem.keeper();
  if (keeper == nullptr) return;
  Vec x = nullptr;
  check(TaoGetSolution(tao, &x));
  PetscReal radius = 0.0;
  PetscInt krylov = 0;
  check(TaoGetCurrentTrustRegionRadius(tao, &radius));
  check(TaoGetLinearSolveIterations(tao, &krylov));
  checkpoint::Quantities at;
  estimate::put_vector(context.problem.space(), "x", x, at);
  at.put("numbers", {static_cast<double>(iteration), context.least, context.first, radius, static_cast<double>(context.krylov + krylov)});
  keeper->keep(context.part, at);
  keeper->pause();
}

/// Goes on from the iterate of the run before, if there is one: sets x, iterations done and the gradient to stop at; the trust radius.
double take_iterate(Context& context) {
  auto* keeper = context.problem.keeper();
  auto const* at = keeper != nullptr ? keeper->kept(context.part) : nullptr;
  if (at == nullptr) return 0.0;
  check(VecCopy(estimate::take_vector(context.problem.space(), "x", *at), context.fit.x));
  context.done = static_cast<int>(at->numbers("numbers").at(0));
  context.least = at->numbers("numbers").at(1);
  context.first = at->numbers("numbers").at(2);
  context.krylov = static_cast<int>(at->numbers("numbers").at(4));
  return at->numbers("numbers").at(3);
}

PetscErrorCode monitor(Tao tao, void* data) {
  auto& context = *static_cast<Context*>(data);
  PetscInt iteration = 0, krylov = 0;
  PetscReal value = 0.0, gradient = 0.0, step_length = 0.0;
  TaoGetSolutionStatus(tao, &iteration, &value, &gradient, nullptr, &step_length, nullptr);
  TaoGetLinearSolveIterations(tao, &krylov);
  if (iteration == 0 && context.done > 0) return 0;  // the run before has said so
  if (iteration == 0) context.first = gradient;
  run::Step step;
  step.phase = "newton";
  step.iteration = context.done + static_cast<int>(iteration);
  step.of_at_most = context.problem.settings().max_iterations;
  step.objective = value;
  step.gradient = gradient;
  step.weight = context.fit.beta.front();
  step.krylov = context.krylov + static_cast<int>(krylov);
  context.problem.progress().step(step);
  if (iteration == 0) return 0;   // TAO may still look for its trust radius: a run that goes on begins as this one did
  return solver::guarded(context.error, [&] { keep_iterate(context, tao, step.iteration); });
}

void set_monitor(Tao tao, Context& context) {
#if PETSC_VERSION_GE(3, 21, 0)
  check(TaoMonitorSet(tao, monitor, &context, nullptr));
#else
  check(TaoSetMonitor(tao, monitor, &context, nullptr));
#endif
}

/// The unknowns' own size (1 for logarithms), with signs that alternate from point to point along every axis if asked for.
petsc::Vector sizes_of(parameters::ParameterSpace const& space, Vec x, bool alternating) {
  auto sizes = petsc::copy_of(x);
  check(VecAbs(sizes));
  PetscScalar* entries = nullptr;
  check(VecGetArray(sizes, &entries));
  for (auto const& unknown : space.unknowns())
    for (Index i = 0; unknown.owner && i < unknown.grid.local_size(); ++i) {
      auto& entry = entries[unknown.offset + i];
      if (unknown.settings.log) entry = 1.0;
      Index rest = i, sum = 0;
      for (int a = unknown.grid.dimension(); a-- > 0; rest /= unknown.grid.owned()[a].size())
        sum += unknown.grid.owned()[a].lower + rest % unknown.grid.owned()[a].size();
      if (alternating && sum % 2 != 0) entry = -entry;
    }
  check(VecRestoreArray(sizes, &entries));
  return sizes;
}

double norm(Vec v) {
  PetscReal value = 0.0;
  check(VecNorm(v, NORM_2, &value));
  return value;
}

/// The gradient to stop at: `tolerance` of what counts as a large one wherever a fit starts, |H s|, s the unknowns' own size; or what
/// rounding leaves of it, where the rows of the smoothness add up terms much larger than their sum.
double least_gradient(EquationError const& problem, Mat matrix, Fit const& fit, double tolerance) {
  auto const product = petsc::like(fit.x);
  check(MatMult(matrix, sizes_of(problem.space(), fit.x, false), product));
  double const large = norm(product);
  problem.smoothness(fit.beta, sizes_of(problem.space(), fit.x, true), product);
  return std::max(tolerance * large, std::numeric_limits<double>::epsilon() * norm(product));
}

/// Without bounds a trust region, preconditioned as affine fits are. Within bounds a line search (the Gauss-Newton matrix is
/// positive) and Jacobi: TAO takes the matrix apart along an active set whose size changes from step to step; its own choice of a
/// method took 4 times the Krylov steps at 20 times their price (heat, 40^2, a third of it at bounds).
void set_method(Tao tao, NormalSolver& solver, parameters::ParameterSpace const& space, parameters::Bounds const& bounds) {
  auto const& unknowns = space.unknowns();
  auto const is_constant = [](parameters::Unknown const& u) { return u.axes.empty(); };
  check(TaoSetType(tao, bounds.any ? TAOBNLS : TAOBNTR));
  KSP ksp = nullptr;
  check(TaoGetKSP(tao, &ksp));
  if (!bounds.any && solver.is_shell()) return solver.put_preconditioner(ksp);
  bool const profiles = all_profiles(space);
  if (!bounds.any && !profiles && std::any_of(unknowns.begin(), unknowns.end(), is_constant)) return;
  PC pc = nullptr;
  check(KSPGetPC(ksp, &pc));
  check(PCSetType(pc, bounds.any ? PCJACOBI : profiles ? PCREDUNDANT : PCGAMG));
}

/// Reads the options, and begins at the trust radius of the run before (0: there was none), in place of one by trial steps.
void set_options(Tao tao, double radius) {
  constexpr char const* begins = "-tao_bnk_init_type";
  PetscBool given = PETSC_FALSE;
  check(PetscOptionsHasName(nullptr, nullptr, begins, &given));
  bool const ours = radius > 0.0 && given == PETSC_FALSE;
  if (radius > 0.0) check(TaoSetInitialTrustRegionRadius(tao, radius));
  if (ours) check(PetscOptionsSetValue(nullptr, begins, "constant"));
  check(TaoSetFromOptions(tao));
  if (ours) check(PetscOptionsClearValue(nullptr, begins));
}

/// After options were read: which linear solver TAO has, if any, is settled then.
void prepare_solver(Tao tao, run::Ticker& tick) {
  KSP ksp = nullptr;
  check(TaoGetKSP(tao, &ksp));
  if (ksp == nullptr) return;
  solver::check_rule(ksp);
  petsc::watch(ksp, tick);
}

std::string breakdown_of(Tao tao, Vec x, TaoConvergedReason reason) {
  if (!petsc::is_finite(x)) return "values that are not finite";
  if (reason == TAO_DIVERGED_NAN) return "the objective is not finite";
  KSP ksp = nullptr;
  check(TaoGetKSP(tao, &ksp));
  auto const linear = ksp != nullptr ? solver::breakdown_of(ksp) : "";
  return reason > 0 || linear.empty() ? "" : "linear solve: " + linear;
}

/// One minimisation, free or within bounds. krylov_done: iterations of linear solves, added to. Collective.
bool minimise(EquationError& problem, Fit& fit, parameters::Bounds const& bounds, int& krylov_done) {
  auto const& space = problem.space();
  Context context{problem, fit, parameters::first_guess(space), nullptr, true, 0, krylov_done, 0.0, 0.0, bounds.any ? bounded_part : free_part};
  double const radius = take_iterate(context);
  // The matrix that TAO holds must keep its identity: a shell, or a copy of the pattern of the first Hessian.
  Mat matrix = problem.normal_matrix(fit.x, fit.weights, fit.beta);
  petsc::Matrix held;
  if (bounds.any || !problem.solver().is_shell()) {
    check(MatDuplicate(problem.solver().assembled(), MAT_COPY_VALUES, held.address()));
    matrix = held;
  }
  check(VecPointwiseMax(fit.x, fit.x, bounds.lower));
  check(VecPointwiseMin(fit.x, fit.x, bounds.upper));

  petsc::Optimiser tao;
  check(TaoCreate(space.grid().comm(), tao.address()));
  set_method(tao, problem.solver(), space, bounds);
  check(TaoSetSolution(tao, fit.x));
  if (bounds.any) check(TaoSetVariableBounds(tao, bounds.lower, bounds.upper));
  check(TaoSetObjectiveAndGradient(tao, nullptr, objective_and_gradient, &context));
  check(TaoSetHessian(tao, matrix, matrix, hessian, &context));
  double const tolerance = problem.settings().tolerance;
  if (context.least == 0.0) context.least = least_gradient(problem, matrix, fit, tolerance);
  bool const begins = context.done == 0;  // else a gradient is small against that of the first beginning
  check(TaoSetTolerances(tao, begins ? context.least : std::max(context.least, tolerance * context.first), 0.0, begins ? tolerance : 0.0));
  check(TaoSetMaximumIterations(tao, std::max(problem.settings().max_iterations - context.done, 0)));
  set_monitor(tao, context);
  set_options(tao, radius);
  run::Ticker tick(space.grid().comm(), "linear solve");
  prepare_solver(tao, tick);
  PetscErrorCode const code = TaoSolve(tao);
  if (context.error) std::rethrow_exception(context.error);
  if (code != 0 && !context.finite) {  // TAO takes a start that is not finite for an error in the program
    fit.failure = "the objective is not finite";
    return false;
  }
  check(code);

  PetscInt iterations = 0, krylov = 0;
  PetscReal value = 0.0, gradient = 0.0;
  TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
  check(TaoGetSolutionStatus(tao, &iterations, &value, &gradient, nullptr, nullptr, &reason));
  check(TaoGetLinearSolveIterations(tao, &krylov));
  fit.objective = value;
  if (auto const* noise = problem.noise(fit.weights)) fit.objective += noise->value(space, fit.x, nullptr);
  fit.gradient = gradient;
  fit.newton += context.done + static_cast<int>(iterations);
  krylov_done = context.krylov + static_cast<int>(krylov);
  fit.failure = breakdown_of(tao, fit.x, reason);
  return reason > 0 && fit.failure.empty();
}

bool free_then_within(EquationError& problem, Fit& fit, parameters::Bounds const& bounds, int& krylov) {
  auto* const keeper = problem.keeper();
  bool const was_within = keeper != nullptr && keeper->kept(bounded_part) != nullptr;
  if (!bounds.any || was_within || problem.model().system().affine) return minimise(problem, fit, bounds, krylov);
  auto const start = petsc::copy_of(fit.x);
  auto const unbounded = parameters::Bounds{petsc::like(fit.x), petsc::like(fit.x), false};
  check(VecSet(unbounded.lower, PETSC_NINFINITY));
  check(VecSet(unbounded.upper, PETSC_INFINITY));
  int const before = fit.newton;
  if (minimise(problem, fit, unbounded, krylov) && !problem.violates_bounds(fit.x)) return true;
  check(VecCopy(start, fit.x));
  fit.newton = before;  // steps that nothing came of
  fit.failure.clear();
  return minimise(problem, fit, bounds, krylov);
}

}  // namespace

bool minimise_with_tao(EquationError& problem, Fit& fit, parameters::Bounds const& bounds) {
  int krylov = 0;
  bool const converged = free_then_within(problem, fit, bounds, krylov);
  problem.progress().count_krylov(krylov);
  return converged;
}

}  // namespace mollis::equation_error
