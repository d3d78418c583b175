#include "forward/phase_field.hpp"

#include <fmt/format.h>
#include <petscts.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>

#include "forward/phase_field_model.hpp"
#include "random/philox.hpp"
#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;
using TimeStepper = petsc::Handle<TS, TSDestroy>;
using NonlinearSolver = petsc::Handle<SNES, SNESDestroy>;

constexpr double linear_tolerance = 1e-6;
constexpr double first_step = 1e-4;
constexpr PetscInt most_steps = 1000000;

/// The model as PETSc's callbacks see it, and what they could not throw through PETSc.
struct Context {
  PhaseFieldModel model;
  std::exception_ptr error;
};

/// A callback's work; its errors go through PETSc as codes.
template <class Work>
PetscErrorCode guarded(Context& context, Work const& work) {
  try {
    work(context.model);
    return static_cast<PetscErrorCode>(0);
  } catch (...) {
    context.error = std::current_exception();
    return PETSC_ERR_USER;
  }
}

/// Calls of PETSc that call back.
void check_calls(Context& context, PetscErrorCode code) {
  if (code != 0 && context.error) std::rethrow_exception(context.error);
  check(code);
}

PetscErrorCode apply_derivative(Mat matrix, Vec in, Vec out) {
  Context* context = nullptr;
  MatShellGetContext(matrix, &context);
  return guarded(*context, [&](PhaseFieldModel& model) { model.apply_derivative(in, out); });
}

PetscErrorCode precondition(PC pc, Vec in, Vec out) {
  Context* context = nullptr;
  PCShellGetContext(pc, &context);
  return guarded(*context, [&](PhaseFieldModel& model) { model.precondition(in, out); });
}

/// dphi/dt - R.
PetscErrorCode implicit_function(TS, PetscReal t, Vec phi, Vec slope, Vec out, void* context) {
  return guarded(*static_cast<Context*>(context), [&](PhaseFieldModel& model) {
    model.rate_of_change(t, phi, out);
    check(VecAYPX(out, -1.0, slope));
  });
}

PetscErrorCode implicit_derivative(TS, PetscReal t, Vec phi, Vec, PetscReal shift, Mat, Mat, void* context) {
  return guarded(*static_cast<Context*>(context), [&](PhaseFieldModel& model) { model.linearise(t, phi, shift); });
}

/// -R.
PetscErrorCode steady_function(SNES, Vec phi, Vec out, void* context) {
  return guarded(*static_cast<Context*>(context), [&](PhaseFieldModel& model) {
    model.rate_of_change(0.0, phi, out);
    check(VecScale(out, -1.0));
  });
}

PetscErrorCode steady_derivative(SNES, Vec phi, Mat, Mat, void* context) {
  return guarded(*static_cast<Context*>(context), [&](PhaseFieldModel& model) { model.linearise(0.0, phi, 0.0); });
}

petsc::Matrix make_derivative(Series const& series, Context& context) {
  petsc::Matrix matrix;
  auto const local = static_cast<PetscInt>(series.local_size());
  check(MatCreateShell(series.comm(), local, local, PETSC_DETERMINE, PETSC_DETERMINE, &context, matrix.address()));
  check(MatShellSetOperation(matrix, MATOP_MULT, reinterpret_cast<void (*)(void)>(apply_derivative)));
  return matrix;
}

void configure_linear_solver(SNES nonlinear, Context& context, double tolerance) {
  KSP solver = nullptr;
  PC pc = nullptr;
  check(SNESGetKSP(nonlinear, &solver));
  check(KSPSetType(solver, KSPGMRES));
  check(KSPSetTolerances(solver, tolerance, PETSC_DEFAULT, PETSC_DEFAULT, 500));
  check(KSPGetPC(solver, &pc));
  check(PCSetType(pc, PCSHELL));
  check(PCShellSetContext(pc, &context));
  check(PCShellSetApply(pc, precondition));
}

TimeStepper make_stepper(Series const& series, Context& context, double tolerance) {
  TimeStepper stepper;
  auto const matrix = make_derivative(series, context);
  check(TSCreate(series.comm(), stepper.address()));
  check(TSSetOptionsPrefix(stepper, "forward_"));
  check(TSSetType(stepper, TSROSW));
  check(TSSetIFunction(stepper, nullptr, implicit_function, &context));
  check(TSSetIJacobian(stepper, matrix, matrix, implicit_derivative, &context));
  check(TSSetTolerances(stepper, tolerance, nullptr, 0.0, nullptr));
  check(TSSetMaxSteps(stepper, most_steps));
  SNES nonlinear = nullptr;
  check(TSGetSNES(stepper, &nonlinear));
  configure_linear_solver(nonlinear, context, linear_tolerance);
  return stepper;
}

double rms(Series const& series, Vec vector) {
  PetscReal norm = 0.0;
  check(VecNorm(vector, NORM_2, &norm));
  return norm / std::sqrt(static_cast<double>(series.points()));
}

/// The initial phi with its noise, the same on any number of ranks.
petsc::Vector start(Series const& series, PhaseField const& equation) {
  auto phi = series.make_vector();
  std::vector<double> values;
  run::collectively(series.comm(), [&] { values = equation.initial(series.lattice()); });
  random::Stream const stream{equation.seed, 0, random::Stream::Purpose::initial};
  PetscScalar* array = nullptr;
  check(VecGetArrayWrite(phi, &array));
  for (std::size_t n = 0; n < values.size(); ++n)
    array[n] = values[n] + equation.perturbation * random::normal(stream, series.first() + static_cast<Index>(n));
  check(VecRestoreArrayWrite(phi, &array));
  return phi;
}

[[noreturn]] void fail(std::string const& what) {
  throw run::Error(run::Exit::not_converged, "[forward] phase field: " + what);
}

/// The steps and iterations that a stepper has taken.
void count(TS stepper, PhaseFieldSolution& solution) {
  PetscInt steps = 0, krylov = 0;
  check(TSGetStepNumber(stepper, &steps));
  check(TSGetKSPIterations(stepper, &krylov));
  solution.steps = steps;
  solution.krylov = krylov;
}

/// One time step.
void step(TS stepper, Context& context) {
  check_calls(context, TSStep(stepper));
  TSConvergedReason reason;
  check(TSGetConvergedReason(stepper, &reason));
  if (reason < 0)
    fail(
        fmt::format("the time steps stopped ({}); try -- -forward_ts_max_snes_failures -1 or another "
                    "-forward_ts_type",
                    TSConvergedReasons[reason]));
}

/// Time steps until dphi/dt is small: `settled` root mean square.
void settle(TS stepper, Context& context, Vec phi, double settled, double latest) {
  auto const& series = context.model.series();
  auto const slope = series.make_vector();
  for (double t = 0.0; t < latest;) {
    step(stepper, context);
    check(TSGetTime(stepper, &t));
    context.model.rate_of_change(0.0, phi, slope);
    if (rms(series, slope) < settled) return;
  }
}

/// Newton's method from phi. Returns the number of steps.
PetscInt polish(Context& context, Vec phi, double tolerance) {
  auto const& series = context.model.series();
  NonlinearSolver newton;
  auto const matrix = make_derivative(series, context);
  check(SNESCreate(series.comm(), newton.address()));
  check(SNESSetOptionsPrefix(newton, "forward_steady_"));
  check(SNESSetFunction(newton, nullptr, steady_function, &context));
  check(SNESSetJacobian(newton, matrix, matrix, steady_derivative, &context));
  check(SNESSetTolerances(newton, tolerance * std::sqrt(static_cast<double>(series.points())), 0.0, 0.0, 30, 10000));
  configure_linear_solver(newton, context, 1e-4);
  check(SNESSetFromOptions(newton));
  check_calls(context, SNESSolve(newton, nullptr, phi));
  SNESConvergedReason reason;
  check(SNESGetConvergedReason(newton, &reason));
  if (reason < 0) fail(fmt::format("Newton's method stopped ({})", SNESConvergedReasons[reason]));
  PetscInt steps = 0;
  check(SNESGetIterationNumber(newton, &steps));
  return steps;
}

/// phi at each of the times, this rank's points of the grid.
std::vector<double> film(TS stepper, Context& context, Vec phi, std::vector<double> const& times, int steps,
                         Sampler const& sample) {
  std::vector<double> frames;
  TSAdapt adapt = nullptr;
  check(TSGetAdapt(stepper, &adapt));
  for (std::size_t n = 0; n < times.size(); ++n) {
    PetscReal now = 0.0, size = 0.0, next = 0.0;
    check(TSGetTime(stepper, &now));
    if (times[n] > now) {
      double const most = (times[n] - (n > 0 ? times[n - 1] : now)) / steps;
      check(TSAdaptSetStepLimits(adapt, 0.0, most));
      check(TSGetTimeStep(stepper, &size));
      check(TSSetTimeStep(stepper, std::min(size, most)));
      check(TSSetMaxTime(stepper, times[n]));
      check_calls(context, TSSolve(stepper, phi));
      check(TSGetTimeStep(stepper, &next));
      check(TSSetTimeStep(stepper, std::max(size, next)));  // the last step before a frame is cut short
    }
    auto const frame = sample(phi);
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  return frames;
}

}  // namespace

PhaseFieldSolution solve_phase_field(grid::Grid const& grid, PhaseField const& equation, double spin_up,
                                     PhaseFieldAccuracy const& accuracy) {
  Series const series(grid.comm(), series_axes(grid.axes(), accuracy.refine, Ends::even));
  Sampler const sample(series, grid, accuracy.refine);
  Context context{PhaseFieldModel(series, equation), nullptr};
  auto const phi = start(series, equation);
  auto const slope = series.make_vector();
  int const time = grid.find_axis("t");

  PhaseFieldSolution solution;
  solution.unknowns = series.points();
  auto const stepper = make_stepper(series, context, time < 0 ? 1e-2 : accuracy.tolerance);
  check(TSSetSolution(stepper, phi));
  check(TSSetTimeStep(stepper, first_step));
  check(TSSetExactFinalTime(stepper, time < 0 ? TS_EXACTFINALTIME_STEPOVER : TS_EXACTFINALTIME_MATCHSTEP));
  double const begin = time < 0 ? 0.0 : grid.axis(time).coordinates.front() - spin_up;
  context.model.rate_of_change(begin, phi, slope);  // tells errors of the rate before any step
  check(TSSetTime(stepper, begin));
  check(TSSetMaxTime(stepper, 2.0 * accuracy.latest));
  check(TSSetFromOptions(stepper));
  if (time >= 0) {
    solution.state = to_field(film(stepper, context, phi, grid.axis(time).coordinates, accuracy.steps, sample));
    count(stepper, solution);
    return solution;
  }
  settle(stepper, context, phi, 1e-4, accuracy.latest);
  check(TSGetTime(stepper, &solution.time));
  count(stepper, solution);
  solution.newton = polish(context, phi, accuracy.residual);
  context.model.rate_of_change(0.0, phi, slope);
  solution.residual = rms(series, slope);
  solution.state = to_field(sample(phi));
  return solution;
}

}  // namespace mollis::forward
