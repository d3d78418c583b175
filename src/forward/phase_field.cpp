#include "forward/phase_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "forward/phase_field_solvers.hpp"
#include "random/philox.hpp"
#include "run/error.hpp"
#include "run/ticker.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

double const pi = std::acos(-1.0);

constexpr double first_step = 1e-4;
constexpr double loose = 1e-2;    ///< error of the steps to a steady state
constexpr double settled = 1e-4;  ///< root mean square of dphi/dt from which Newton's method goes on

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
  throw run::Error(run::Exit::not_converged, what, "equation");
}

/// How far the time has come, for whoever waits.
struct Telling {
  run::Ticker tick;
  double begin, end;
};

/// The steps and iterations that a stepper has taken.
void count(TS stepper, PhaseFieldSolution& solution) {
  PetscInt steps = 0, krylov = 0;
  check(TSGetStepNumber(stepper, &steps));
  check(TSGetKSPIterations(stepper, &krylov));
  solution.steps = steps;
  solution.krylov = krylov;
}

void check_steps(TS stepper) {
  TSConvergedReason reason;
  check(TSGetConvergedReason(stepper, &reason));
  if (reason < 0)
    fail(
        fmt::format("the time steps stopped ({}); try another -forward_ts_type or a tighter -forward_ksp_rtol (after "
                    "--), and look for extreme values of the coefficient",
                    TSConvergedReasons[reason]));
}

PetscErrorCode tell(TS, PetscInt, PetscReal t, Vec, void* context) {
  auto& telling = *static_cast<Telling*>(context);
  telling.tick.at(t - telling.begin, telling.end - telling.begin);
  return 0;
}

/// Time steps until dphi/dt is small.
void settle(TS stepper, PhaseFieldContext& context, Vec phi, double latest) {
  auto const& series = context.model.series();
  auto const slope = series.make_vector();
  for (double t = 0.0; t < latest;) {
    check_calls(context, TSStep(stepper));
    check_steps(stepper);
    check(TSGetTime(stepper, &t));
    context.model.rate_of_change(0.0, phi, slope);
    if (rms(series, slope) < settled) return;
  }
}

/// What rounding leaves of dphi/dt: the fourth derivative multiplies it.
double rounding(Series const& series, PhaseField const& equation) {
  double steepest = 0.0;
  for (auto const& axis : series.axes()) steepest += std::pow(pi / axis.spacing, 2.0);
  double const unit = std::numeric_limits<double>::epsilon();
  return 4.0 * unit * equation.mobility * equation.gradient_energy * steepest * steepest;
}

/// Newton's method from phi. Returns the number of steps.
int polish(PhaseFieldContext& context, Vec phi, double tolerance) {
  auto const newton = make_newton(context, tolerance);
  check_calls(context, SNESSolve(newton, nullptr, phi));
  SNESConvergedReason reason;
  check(SNESGetConvergedReason(newton, &reason));
  if (reason < 0)
    fail(fmt::format("Newton's method stopped ({}); try -- -forward_steady_snes_max_it N",
                     SNESConvergedReasons[reason]));
  PetscInt steps = 0;
  check(SNESGetIterationNumber(newton, &steps));
  return static_cast<int>(steps);
}

/// phi at each of the times, this rank's points of the grid.
std::vector<double> film(TS stepper, PhaseFieldContext& context, Vec phi, std::vector<double> const& times, int steps,
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
      check_steps(stepper);
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
  PhaseFieldContext context{PhaseFieldModel(series, equation), nullptr};
  auto const phi = start(series, equation);
  auto const slope = series.make_vector();
  int const time = grid.find_axis("t");

  PhaseFieldSolution solution;
  solution.unknowns = series.points();
  auto const stepper = make_stepper(context, time < 0 ? loose : accuracy.tolerance);
  check(TSSetSolution(stepper, phi));
  check(TSSetTimeStep(stepper, first_step));
  check(TSSetExactFinalTime(stepper, time < 0 ? TS_EXACTFINALTIME_STEPOVER : TS_EXACTFINALTIME_MATCHSTEP));
  double const begin = time < 0 ? 0.0 : grid.axis(time).front() - spin_up;
  context.model.rate_of_change(begin, phi, slope);  // tells errors of the rate before any step
  check(TSSetTime(stepper, begin));
  check(TSSetMaxTime(stepper, 2.0 * accuracy.latest));
  check(TSSetFromOptions(stepper));
  Telling telling{run::Ticker(grid.comm(), "time"), begin, time < 0 ? accuracy.latest : grid.axis(time).back()};
  check(TSMonitorSet(stepper, tell, &telling, nullptr));
  if (time >= 0) {
    solution.state = to_field(film(stepper, context, phi, grid.axis(time).coordinates(), accuracy.steps, sample));
    count(stepper, solution);
    return solution;
  }
  settle(stepper, context, phi, accuracy.latest);
  check(TSGetTime(stepper, &solution.time));
  count(stepper, solution);
  solution.newton = polish(context, phi, std::max(accuracy.residual, rounding(series, equation)));
  context.model.rate_of_change(0.0, phi, slope);
  solution.residual = rms(series, slope);
  solution.state = to_field(sample(phi));
  return solution;
}

}  // namespace mollis::forward
