#include "predict/march.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "observations/states.hpp"
#include "predict/fixed.hpp"
#include "predict/stepper.hpp"
#include "run/ticker.hpp"

namespace mollis::predict {
namespace {

/// The frames so far, and what a run that goes on needs of them.
class Film {
 public:
  Film(Case const& c, checkpoint::Keeper& keeper) : case_(c), keeper_(keeper), frame_(static_cast<std::size_t>(c.slice.local_size())) {
    for (std::size_t s = 0; s < c.names.size(); ++s) states_.push_back(filled(frame_ * c.times.run.size(), NAN));
  }

  /// Frames of a run before.
  void go_on(std::size_t count) {
    for (std::size_t f = 0; f < count; ++f) {
      auto const* part = keeper_.kept(name(f));
      std::vector<Field> frame;
      for (auto const& state : case_.names) frame.push_back(part->field(state, case_.slice));
      put(f, frame);
    }
  }
  void add(std::size_t f, std::vector<Field> const& components) {
    std::vector<Field> frame;
    for (int const first : case_.layout.first) frame.push_back(components[static_cast<std::size_t>(first)]);
    put(f, frame);
    checkpoint::Quantities kept;
    for (std::size_t s = 0; s < frame.size(); ++s) kept.put(case_.names[s], case_.slice, frame[s]);
    keeper_.keep(name(f), kept);
  }
  std::vector<Field> const& states() const { return states_; }

 private:
  static std::string name(std::size_t f) { return fmt::format("frame {}", f); }
  void put(std::size_t f, std::vector<Field> const& frame) {
    for (std::size_t s = 0; s < frame.size(); ++s)
      Kokkos::deep_copy(Kokkos::subview(states_[s], std::pair(f * frame_, (f + 1) * frame_)), frame[s]);
  }

  Case const& case_;
  checkpoint::Keeper& keeper_;
  std::size_t frame_;
  std::vector<Field> states_;
};

std::vector<Field> without_gaps(std::vector<Field> const& fields) {
  std::vector<Field> out;
  for (auto const& field : fields) {
    auto const host = on_host(field);
    out.push_back(make_field("without gaps", static_cast<Index>(field.extent(0))));
    auto const values = Kokkos::create_mirror_view(out.back());
    for (std::size_t i = 0; i < host.extent(0); ++i) values(i) = std::isnan(host(i)) ? 0.0 : host(i);
    Kokkos::deep_copy(out.back(), values);
  }
  return out;
}

/// The standard deviation of each unknown over the fit, that of a rate over a frame's length; what is prescribed limits no step.
petsc::Vector make_scales(Case const& c, Lines const& lines, std::vector<Prescribed> const& prescribed) {
  std::vector<Field> scales;
  double const frame = (c.times.run.back() - c.times.run.front()) / static_cast<double>(c.times.run.size() - 1);
  for (auto const& [state, order] : c.layout.components) {
    auto const s = static_cast<std::size_t>(state);
    auto const m = observations::moments(c.fit, c.fitted[s]);
    double const deviation = m.deviation > 0.0 ? m.deviation : std::max(m.largest, 1e-300);
    scales.push_back(make_field("scale", c.slice.local_size()));
    auto const host = Kokkos::create_mirror_view(scales.back());
    for (std::size_t i = 0; i < host.extent(0); ++i)
      host(i) = prescribed[s].where(i) != 0.0 ? 1e100 : deviation / std::pow(frame, order);
    Kokkos::deep_copy(scales.back(), host);
  }
  auto vector = lines.numbering().make_vector();
  lines.put(scales, vector);
  return vector;
}

/// Prescribed points take their values of that time at once.
void put_prescribed(Case const& c, std::vector<Prescribed> const& prescribed, std::vector<Field>& components) {
  for (std::size_t k = 0; k < components.size(); ++k) {
    auto const [state, order] = c.layout.components[k];
    auto const& own = prescribed[static_cast<std::size_t>(state)];
    auto const given = on_host(own.values.at(c.times.run.front(), order));
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), components[k]);
    for (std::size_t i = 0; i < host.extent(0); ++i)
      if (own.where(i) != 0.0) host(i) = std::isnan(given(i)) ? 0.0 : given(i);
    Kokkos::deep_copy(components[k], host);
  }
}

class Run {
 public:
  Run(Case const& c, checkpoint::Keeper& keeper)
      : case_(c), keeper_(keeper), lines_(c.stencils, *c.system, c.layout, *c.inputs), film_(c, keeper), state_(lines_.numbering().make_vector()) {
    initial_ = initial_components(c);
    prescribed_ = make_prescribed(c, lines_, initial_);
    lines_.prescribe(prescribed_);
    initial_ = without_gaps(initial_);
    put_prescribed(c, prescribed_, initial_);
  }

  void move(run::Progress const& progress) {
    auto const& times = case_.times.run;
    double t = times.front(), length = (times[1] - times[0]) / 8.0;
    begin(t, length);
    auto const scales = make_scales(case_, lines_, prescribed_);
    Stepper stepper(lines_, state_, scales, t);
    run::Ticker tick(case_.slice.comm(), "frames");
    for (; result_.frames < times.size(); tick.at(static_cast<double>(result_.frames), static_cast<double>(times.size()))) {
      if (!reach(stepper, times[result_.frames], length)) return;
      film_.add(result_.frames++, lines_.fields_of(state_));
    }
    progress.say(fmt::format("{} steps of time, the last {:.3g} long", result_.steps, length));
  }

  /// Frame by frame, each from its fitted state.
  void solve() {
    auto const& times = case_.times;
    if (auto const* at = keeper_.kept("now")) result_.frames = static_cast<std::size_t>(at->numbers("run").at(0));
    film_.go_on(result_.frames);
    for (; result_.frames < times.run.size(); ++result_.frames) {
      keep(0.0, 0.0, {});
      keeper_.pause();
      std::size_t const like = std::min(times.first + result_.frames, times.fit.size() - 1);
      std::vector<Field> guess;
      for (auto const& fitted : case_.fitted) guess.push_back(frames(fitted, times.fit.size(), like, 1));
      lines_.put(without_gaps(guess), state_);
      auto const why = solve_steady(lines_, times.run[result_.frames], state_);
      if (!why.empty()) return fail(times.run[result_.frames], why);
      film_.add(result_.frames, lines_.fields_of(state_));
    }
  }

  Prediction result() {
    result_.states = film_.states();
    for (std::size_t s = 0; s < case_.names.size(); ++s) {
      result_.free.push_back(make_field("free", case_.slice.local_size()));
      auto const host = Kokkos::create_mirror_view(result_.free.back());
      for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = 1.0 - prescribed_[s].where(i);
      Kokkos::deep_copy(result_.free.back(), host);
    }
    clear_outside();
    return std::move(result_);
  }

 private:
  /// Where the run before stood, or the first frame.
  void begin(double& t, double& length) {
    auto const* at = keeper_.kept("now");
    if (at == nullptr) {
      lines_.put(initial_, state_);
      return film_.add(result_.frames++, initial_);
    }
    auto const& numbers = at->numbers("run");
    result_.frames = static_cast<std::size_t>(numbers.at(0));
    t = numbers.at(1);
    length = numbers.at(2);
    result_.steps = static_cast<int>(numbers.at(3));
    std::vector<Field> components;
    for (std::size_t k = 0; k < initial_.size(); ++k) components.push_back(at->field(fmt::format("unknown {}", k), case_.slice));
    lines_.put(components, state_);
    film_.go_on(result_.frames);
  }

  void keep(double t, double length, std::vector<Field> const& components) {
    checkpoint::Quantities now;
    now.put("run", {static_cast<double>(result_.frames), t, length, static_cast<double>(result_.steps)});
    for (std::size_t k = 0; k < components.size(); ++k) now.put(fmt::format("unknown {}", k), case_.slice, components[k]);
    keeper_.keep("now", now);
  }

  /// Steps to exactly that time; a step does not leave a splinter behind.
  bool reach(Stepper& stepper, double end, double& length) {
    double t = stepper.time();
    double const span = end - t;
    while (end - t > 1e-12 * std::abs(span)) {
      keep(t, length, lines_.fields_of(state_));
      keeper_.pause();
      double const left = end - t, whole = length;
      bool const cut = length >= 0.999 * left || length > 0.5 * left;
      length = length >= 0.999 * left ? left : length > 0.5 * left ? 0.5 * left : length;
      if (!stepper.step(length)) return fail(t, stepper.why()), false;
      ++result_.steps;
      double const before = t;
      t = stepper.time();
      if (cut && t - before > 0.499 * left) length = std::max(length, whole);   // short for the frame's sake, not the error's
      if (!petsc::is_finite(state_)) return fail(t, "values are not finite"), false;
      if (length < 1e-12 * std::max(std::abs(span), std::abs(t) * 1e-3)) return fail(t, "steps become ever shorter"), false;
    }
    return true;
  }

  void fail(double t, std::string const& why) { result_.failure = case_.layout.time < 0 ? why : fmt::format("at t = {:.6g}: {}", t, why); }

  /// NaN where the fitted state is.
  void clear_outside() {
    for (std::size_t s = 0; s < case_.names.size(); ++s) {
      auto const fitted = on_host(frames(case_.fitted[s], case_.times.fit.size(), case_.times.first, 1));
      auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), result_.states[s]);
      for (std::size_t i = 0; i < host.extent(0); ++i)
        if (std::isnan(fitted(i % fitted.extent(0)))) host(i) = NAN;
      Kokkos::deep_copy(result_.states[s], host);
    }
  }

  Case const& case_;
  checkpoint::Keeper& keeper_;
  Lines lines_;
  Film film_;
  petsc::Vector state_;
  std::vector<Field> initial_;
  std::vector<Prescribed> prescribed_;
  Prediction result_;
};

}  // namespace

Prediction march(Case const& c, checkpoint::Keeper& keeper, run::Progress const& progress) {
  checkpoint::Keeper::Scope const scope(keeper, "predict");
  Run run(c, keeper);
  if (c.layout.steady()) run.solve();
  else run.move(progress);
  return run.result();
}

}  // namespace mollis::predict
