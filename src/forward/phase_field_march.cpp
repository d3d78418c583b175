#include "forward/phase_field_march.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

TSConvergedReason reason_of(TS stepper) {
  TSConvergedReason reason = TS_CONVERGED_ITERATING;
  check(TSGetConvergedReason(stepper, &reason));
  return reason;
}

void check_steps(TS stepper) {
  if (auto const reason = reason_of(stepper); reason < 0)
    throw run::Error(
        run::Exit::not_converged,
        fmt::format("the time steps stopped ({}); try another -forward_ts_type or a tighter -forward_ksp_rtol (after "
                    "--), and look for extreme values of the coefficient",
                    TSConvergedReasons[reason]),
        "equation");
}

double size_of_step(TS stepper) {
  PetscReal size = 0.0;
  check(TSGetTimeStep(stepper, &size));
  return size;
}

}  // namespace

double rms(Series const& series, Vec vector) {
  PetscReal norm = 0.0;
  check(VecNorm(vector, NORM_2, &norm));
  return norm / std::sqrt(static_cast<double>(series.points()));
}

PhaseFieldMarch::PhaseFieldMarch(PhaseFieldContext& context, Vec phi, TS stepper, double begin, double end,
                                 checkpoint::Keeper& keeper)
    : context_(context),
      keeper_(keeper),
      phi_(phi),
      stepper_(stepper),
      cut_(context.model.series()),
      tick_(context.model.series().comm(), "time"),
      begin_(begin),
      end_(end) {
  check(TSMonitorSet(stepper_, tell, this, nullptr));
  if (auto const* kept = keeper_.kept("now")) go_on(*kept);
}

PetscErrorCode PhaseFieldMarch::tell(TS, PetscInt, PetscReal t, Vec, void* self) {
  auto& march = *static_cast<PhaseFieldMarch*>(self);
  march.tick_.at(t - march.begin_, march.end_ - march.begin_);
  return 0;
}

void PhaseFieldMarch::go_on(checkpoint::Quantities const& kept) {
  auto const& at = kept.numbers("at");
  frame_ = static_cast<Index>(at.at(0));
  on_the_way_ = at.at(1) != 0.0;
  settled_ = at.at(2) != 0.0;
  steps_before_ = static_cast<int>(at.at(3));
  krylov_before_ = static_cast<int>(at.at(4));
  check(TSSetTime(stepper_, at.at(5)));
  check(TSSetTimeStep(stepper_, at.at(6)));
  size_ = at.at(7);
  cut_.put(kept.field("phi", cut_.grid()), phi_);
}

void PhaseFieldMarch::keep() {
  checkpoint::Quantities now;
  now.put("at", {static_cast<double>(frame_), on_the_way_ ? 1.0 : 0.0, settled_ ? 1.0 : 0.0,
                 static_cast<double>(steps()), static_cast<double>(krylov()), time(), size_of_step(stepper_), size_});
  now.put("phi", cut_.grid(), cut_.field_of(phi_));
  keeper_.keep("now", now);
}

double PhaseFieldMarch::time() const {
  PetscReal now = 0.0;
  check(TSGetTime(stepper_, &now));
  return now;
}

int PhaseFieldMarch::steps() const {
  PetscInt steps = 0;
  check(TSGetStepNumber(stepper_, &steps));
  return steps_before_ + static_cast<int>(steps);
}

int PhaseFieldMarch::krylov() const {
  PetscInt krylov = 0;
  check(TSGetKSPIterations(stepper_, &krylov));
  return krylov_before_ + static_cast<int>(krylov);
}

void PhaseFieldMarch::step() {
  keep();
  keeper_.pause();
  check_calls(context_, TSStep(stepper_));
  check_steps(stepper_);
  check(TSMonitor(stepper_, steps(), time(), phi_));
  on_the_way_ = true;
}

void PhaseFieldMarch::end_frame() {
  ++frame_;
  on_the_way_ = false;
  keep();
}

void PhaseFieldMarch::reach(double t, double most) {
  TSAdapt adapt = nullptr;
  check(TSGetAdapt(stepper_, &adapt));
  check(TSAdaptSetStepLimits(adapt, 0.0, most));
  check(TSSetMaxTime(stepper_, t));
  if (!on_the_way_) {
    size_ = size_of_step(stepper_);
    check(TSSetTimeStep(stepper_, std::min({size_, most, t - time()})));
  }
  do step();
  while (reason_of(stepper_) == TS_CONVERGED_ITERATING);
  check(TSSetTimeStep(stepper_, std::max(size_, size_of_step(stepper_))));  // the last step before a frame is cut short
}

void PhaseFieldMarch::settle(double latest, double slope) {
  auto const& series = context_.model.series();
  auto const rate = series.make_vector();
  while (!settled_ && time() < latest) {
    step();
    context_.model.rate_of_change(0.0, phi_, rate);
    settled_ = rms(series, rate) < slope;
  }
  settled_ = true;
  keep();
}

}  // namespace mollis::forward
