#include "forward/phase_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "forward/frames.hpp"
#include "forward/phase_field_march.hpp"
#include "random/philox.hpp"
#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

double const pi = std::acos(-1.0);

constexpr double first_step = 1e-4;
constexpr double loose = 1e-2;    ///< error of the steps to a steady state
constexpr double settled = 1e-4;  ///< root mean square of dphi/dt from which Newton's method goes on

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

/// phi at all frames, this rank's points of the grid.
void film(PhaseFieldMarch& march, Vec phi, grid::Axis const& time, double begin, int steps, Sampler const& sample, Frames const& frames) {
  frames.go_on(march.frame());
  while (march.frame() < frames.count()) {
    Index const n = march.frame();
    double const before = n > 0 ? time.at(n - 1) : begin;
    if (time.at(n) > before) march.reach(time.at(n), (time.at(n) - before) / steps);
    Kokkos::deep_copy(frames.at(n), to_field(sample(phi)));
    frames.keep(n);
    march.end_frame();
  }
}

}  // namespace

PhaseFieldSolution solve_phase_field(grid::Grid const& grid, PhaseField const& equation, double spin_up,
                                     PhaseFieldAccuracy const& accuracy, checkpoint::Keeper keeper) {
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
  PhaseFieldMarch march(context, phi, stepper, begin, time < 0 ? accuracy.latest : grid.axis(time).back(), keeper);
  if (time >= 0) {
    Frames const frames(grid, keeper);
    film(march, phi, grid.axis(time), begin, accuracy.steps, sample, frames);
    solution.state = frames.states();
    solution.steps = march.steps();
    solution.krylov = march.krylov();
    return solution;
  }
  march.settle(accuracy.latest, settled);
  solution.time = march.time();
  solution.steps = march.steps();
  solution.krylov = march.krylov();
  solution.newton = polish(context, phi, std::max(accuracy.residual, rounding(series, equation)));
  context.model.rate_of_change(0.0, phi, slope);
  solution.residual = rms(series, slope);
  solution.state = to_field(sample(phi));
  return solution;
}

}  // namespace mollis::forward
