#include "forward/march.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

constexpr int kept_every = 8;  ///< steps: two copies of a state cost less than a hundredth of so many

/// The points of a level as a grid: DMDA cuts them as a grid does, the first blocks a point longer.
grid::Grid grid_of(Level const& level) {
  PetscInt blocks[box_axes] = {1, 1, 1};
  check(DMDAGetInfo(level.dm, nullptr, nullptr, nullptr, nullptr, &blocks[2], &blocks[1], &blocks[0], nullptr, nullptr,
                    nullptr, nullptr, nullptr, nullptr));
  std::vector<grid::Axis> axes;
  grid::Decomposition decomposition;
  char const* const names[box_axes] = {"z", "y", "x"};
  std::vector<grid::Range> owned;
  for (std::size_t a = 0; a < box_axes; ++a) {
    if (!level.lines[a].used()) continue;
    axes.push_back(grid::uniform_axis(names[a], level.lines[a].points, 0.0, 1.0, false));
    decomposition.ranks.push_back(static_cast<int>(blocks[a]));
    owned.push_back(level.owned()[a]);
  }
  grid::Grid grid(PetscObjectComm(reinterpret_cast<PetscObject>(static_cast<DM>(level.dm))), std::move(axes),
                  std::move(decomposition));
  if (!(grid.owned().ranges == owned)) throw std::logic_error("DMDA cuts its box otherwise than a grid does");
  return grid;
}

Field field_of(Vec vector, grid::Grid const& grid) {
  auto const field = make_field("state", grid.local_size());
  petsc::copy_out(vector, 0, field);
  return field;
}

double time_of(TS stepper) {
  PetscReal now = 0.0;
  check(TSGetTime(stepper, &now));
  return now;
}

}  // namespace

March::March(SemiDiscrete& discrete, Vec state, double t, double tolerance, double total, checkpoint::Keeper& keeper)
    : keeper_(keeper),
      state_(state),
      before_(petsc::like(state)),
      lattice_(grid_of(discrete.level)),
      stepper_(make_stepper(discrete, state, t, tolerance)),
      tick_(lattice_.comm(), "time steps"),
      total_(total),
      t_before_(t) {
  if (auto const* kept = keeper_.kept("now"))
    go_on(*kept);
  else
    keep();
}

void March::go_on(checkpoint::Quantities const& kept) {
  auto const& at = kept.numbers("at");
  frame_ = static_cast<Index>(at.at(0));
  step_ = static_cast<int>(at.at(1));
  int const steps = static_cast<int>(at.at(2)), iterations = static_cast<int>(at.at(3));
  double const now = at.at(5);
  t_before_ = at.at(4);
  length_ = at.at(6);
  auto const later = kept.field("state", lattice_), earlier = kept.field("before", lattice_);
  if (steps > 0) {
    petsc::copy_in(earlier, before_, 0);
    petsc::copy_in(earlier, state_, 0);
    check(TSSetTime(stepper_, t_before_));
    check(TSSetTimeStep(stepper_, now - t_before_));
    check(TSStep(stepper_));
    check_step();
    check(TSSetTimeStep(stepper_, length_));
  }
  petsc::copy_in(later, state_, 0);
  check(TSSetTime(stepper_, now));
  steps_before_ = steps - this->steps();
  iterations_before_ = iterations - this->iterations();
  total_ -= steps;
}

int March::steps() const {
  PetscInt steps = 0;
  check(TSGetStepNumber(stepper_, &steps));
  return steps_before_ + static_cast<int>(steps);
}

int March::iterations() const {
  PetscInt iterations = 0;
  check(TSGetKSPIterations(stepper_, &iterations));
  return iterations_before_ + static_cast<int>(iterations);
}

void March::keep() {
  checkpoint::Quantities now;
  now.put("at", {static_cast<double>(frame_), static_cast<double>(step_), static_cast<double>(steps()),
                 static_cast<double>(iterations()), t_before_, time_of(stepper_), length_});
  now.put("state", lattice_, field_of(state_, lattice_));
  now.put("before", lattice_, field_of(before_, lattice_));
  keeper_.keep("now", now);
}

void March::end_frame() {
  ++frame_;
  step_ = 0;
  keep();
}

/// Another length than that of the steps before: the stepper begins anew.
void March::begin_leg(double end, int count) {
  PetscReal last = 0.0;
  check(TSGetTimeStep(stepper_, &last));
  length_ = (end - time_of(stepper_)) / count;
  check(TSSetTimeStep(stepper_, length_));
  if (std::abs(length_ - last) > 1e-6 * length_) check(TSRestartStep(stepper_));
}

void March::advance(double end, int count) {
  if (step_ == 0) begin_leg(end, count);
  for (; step_ < count; ++step_) {
    if (step_ > 0 && step_ % kept_every == 0) keep();  // at the head of a leg: before its length is that of the steps
    keeper_.pause();
    step((step_ + 1) % kept_every == 0 || step_ + 1 == count);
  }
}

void March::step(bool kept_after) {
  if (kept_after) {
    t_before_ = time_of(stepper_);
    check(VecCopy(state_, before_));
  }
  check(TSStep(stepper_));
  check_step();
  tick_.next(total_);
}

void March::check_step() const {
  TSConvergedReason reason = TS_CONVERGED_ITERATING;
  check(TSGetConvergedReason(stepper_, &reason));
  if (reason >= 0) return;
  throw run::Error(run::Exit::not_converged,
                   fmt::format("the time step at t = {:.6g} failed ({}): values that are not finite, or a "
                               "linear solver that gave up; check the expressions, raise steps or try -- "
                               "-forward_pc_type gamg",
                               time_of(stepper_), TSConvergedReasons[reason]),
                   "steps");
}

}  // namespace mollis::forward
