#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>

#include "choices/choose.hpp"
#include "choices/time_steps.hpp"
#include "estimate/kept.hpp"
#include "estimators/make/make_estimator.hpp"
#include "estimators/methods.hpp"
#include "inference/candidates.hpp"
#include "inference/curves.hpp"
#include "inference/inference.hpp"
#include "inference/other_form.hpp"
#include "petsc/options.hpp"
#include "run/error.hpp"
#include "uncertainty/lattice_error.hpp"
#include "uncertainty/smoothing_bias.hpp"
#include "uncertainty/spline_error.hpp"

namespace mollis::inference {
namespace {

using problem::Problem;

uncertainty::Uncertainty quantify(Problem const& problem, problem::Finer const& finer, Index steps, estimate::Estimate const& estimate,
                                  estimate::Estimator& estimator, int krylov, run::Stages& stages) {
  run::Stages::Scope const stage(stages, "uncertainty");
  auto sure = uncertainty::quantify(problem, estimate, problem.settings.uncertainty, krylov);
  checkpoint::Keeper::Scope const part(*problem.keeper, "bias");
  uncertainty::add_smoothing_bias(problem, estimate, estimator, sure);
  uncertainty::add_spline_error(problem, estimate, sure);
  uncertainty::add_lattice_error(problem, estimate, estimator, finer, steps, sure);
  return sure;
}

/// A method that fits states after another one starts from its parameters, and searches for no start of its own.
estimate::Choices choose(Problem const& problem, Inference const* before, run::Stages& stages) {
  bool const fits_states = estimators::method_named(problem.settings.inversion.method).fits_states;
  if (before == nullptr || !fits_states || !before->estimate.failure.empty()) return choices::choose(problem, stages);
  estimate::Choices choices;
  choices.mollifier = problem.settings.mollifier;
  choices.start = petsc::copy_of(before->estimate.parameters);
  return choices;
}

/// As the run before has kept them, else chosen.
estimate::Choices choices_for(Problem const& problem, Inference const* before, run::Stages& stages) {
  auto& keeper = *problem.keeper;
  if (auto const* kept = keeper.kept("choices")) return estimate::choices_of(problem, *kept);
  keeper.pause();
  auto choices = choose(problem, before, stages);
  keeper.keep("choices", estimate::kept(problem, choices));
  keeper.drop("choose");
  keeper.pause();
  return choices;
}

estimate::Estimate estimate_for(Problem const& problem, estimate::Choices const& choices, estimate::Estimator& estimator, run::Stages& stages) {
  auto& keeper = *problem.keeper;
  if (auto const* kept = keeper.kept("estimate")) {
    run::Stages::Scope const stage(stages, "jets");
    auto out = estimator.restore(problem, *kept);
    out.failure = kept->text("failure");
    out.trials = estimate::take_tables("trials", *kept);
    return out;
  }
  auto out = estimator.estimate(problem, choices, stages);
  auto kept = estimator.save(problem, out);
  kept.put_text("failure", out.failure);
  estimate::put_tables("trials", out.trials, kept);
  keeper.keep("estimate", kept);
  keeper.drop("fit");
  keeper.pause();
  return out;
}

/// Krylov iterations before this method began, in all runs.
int krylov_before(Problem const& problem) {
  auto& keeper = *problem.keeper;
  if (auto const* kept = keeper.kept("begin")) return static_cast<int>(kept->numbers("krylov").front());
  int const krylov = problem.progress.krylov();
  checkpoint::Quantities begin;
  begin.put("krylov", {static_cast<double>(krylov)});
  keeper.keep("begin", begin);
  return krylov;
}

/// And those that its choices and its fit took.
int krylov_of(Problem const& problem, int before) {
  auto& keeper = *problem.keeper;
  if (auto const* kept = keeper.kept("cost")) return static_cast<int>(kept->numbers("krylov").front());
  checkpoint::Quantities cost;
  cost.put("krylov", {static_cast<double>(problem.progress.krylov() - before)});
  keeper.keep("cost", cost);
  return problem.progress.krylov() - before;
}

/// The problem, and into how many steps the gaps between the data's times are cut for it.
struct OnLattice {
  Problem problem;
  Index steps = 1;
};

/// Whether a method's lattice may have more times than the data.
bool may_refine(problem::Finer const& finer, std::string const& method) {
  return estimators::method_named(method).fits_states && finer.make && finer.open;
}

/// Every gap between two times cut into `steps`; as it is where that cannot be.
OnLattice on_lattice(Problem const& given, problem::Finer const& finer, Index steps) {
  if (steps == 1) return {given};
  Index const times = given.grid.axis(0).size();
  given.progress.say(fmt::format("grid  the data have too few times for what the states do between two: {} for the {} of the data ([grid] refine = {{ t = {} }})",
                                 (times - 1) * steps + 1, times, steps));
  try {
    OnLattice fine{finer.make(steps, {}), steps};
    fine.problem.keeper = given.keeper;
    return fine;
  } catch (run::Error const& error) {
    if (error.code() != run::Exit::bad_deck && error.code() != run::Exit::usage) throw;
    given.progress.say(fmt::format("grid  which cannot be: {}", error.what()));  // too large
    return {given};
  }
}

/// `before`: the answer of a method tried earlier, or null.
Inference on_steps(Problem const& given, problem::Finer const& finer, Index steps, std::string const& method, Inference const* before,
                   run::Stages& stages) {
  Inference out;
  auto const lattice = on_lattice(given, finer, steps);
  out.problem = std::make_unique<Problem const>(lattice.problem.with_method(method));
  auto const& problem = *out.problem;
  checkpoint::Keeper::Scope const part(*problem.keeper, steps == 1 ? method : fmt::format("{}-{}", method, steps));
  int const krylov = krylov_before(problem);
  auto const estimator = estimators::make_estimator(method);
  out.choices = choices_for(problem, before, stages);
  out.estimate = estimate_for(problem, out.choices, *estimator, stages);
  petsc::reject_unused_options();
  out.uncertainty = quantify(problem, finer, lattice.steps, out.estimate, *estimator, krylov_of(problem, krylov), stages);
  out.verdict = verdict::judge(problem, out.choices, out.estimate, out.uncertainty);
  return out;
}

/// Whether a's verdict is better than b's. An answer without standard errors comes behind one that has them.
bool better(Inference const& a, Inference const& b) {
  auto const rank = [](Inference const& answer) {
    return std::make_tuple(static_cast<int>(answer.verdict.status()), !answer.uncertainty.computed, answer.verdict.reasons().size());
  };
  return rank(a) < rank(b);
}

/// Beside what changes slowly a part that changes twice as much may hide: an answer on the data's lattice that is not sound is looked for
/// once more on one for that.
constexpr double hidden = 0.5;

/// `before`: the answer of a method tried earlier, or null.
Inference by_method(Problem const& given, problem::Finer const& finer, std::string const& method, Inference const* before, run::Stages& stages) {
  if (!may_refine(finer, method)) return on_steps(given, finer, 1, method, before, stages);
  Index const steps = choices::time_steps(given);
  auto answer = on_steps(given, finer, steps, method, before, stages);
  Index const more = steps == 1 ? choices::time_steps(given, hidden) : steps;
  if (answer.verdict.status() == verdict::Status::sound || more == steps) return answer;
  given.progress.say(fmt::format("method {}: {}", method, verdict::name_of(answer.verdict.status())));
  auto finer_answer = on_steps(given, finer, more, method, before, stages);
  return better(finer_answer, answer) ? std::move(finer_answer) : std::move(answer);
}

bool fits_states(Inference const& answer) { return estimators::method_named(answer.problem->settings.inversion.method).fits_states; }

/// Whether what mollifying bends passes the noise.
bool is_biased(Inference const& answer) { return !fits_states(answer) && uncertainty::bias_passes_noise(*answer.problem, answer.uncertainty); }

/// Whether an answer of the next method, which has no smoothing bias, is preferred where neither verdict is better. On a line it always is:
/// few rows tell the bias, those at the ends bend most, and a joint fit takes no longer than what was done already.
bool yields(Inference const& answer) { return is_biased(answer) || (!fits_states(answer) && answer.problem->grid.dimension() == 1); }

/// Whether a fit of states, with constants alone, tells that the equation does not explain the data, and nothing else is amiss. An answer of
/// mollified data, whose windows see less, does not gainsay it. (Beside fields, what these bend may be all that is left.)
bool refutes(Inference const& answer) {
  constexpr std::array<std::string_view, 6> of_equation{"misfit", "noise", "white", "even", "complete", "outliers"};
  auto const reasons = answer.verdict.reasons();
  auto const any_of = [&](auto const& reason) { return std::find(of_equation.begin(), of_equation.end(), reason.name) != of_equation.end(); };
  return fits_states(answer) && answer.verdict.status() == verdict::Status::doubtful && std::all_of(reasons.begin(), reasons.end(), any_of) &&
         constants_alone(*answer.problem);
}

/// Whether an answer is preferred to one of a method tried earlier.
bool preferred(Inference const& answer, Inference const& before) {
  return better(answer, before) || (yields(before) && !better(before, answer)) || (!fits_states(before) && refutes(answer));
}

/// Whether that method is not worth its time as this answer is sound: where open time meets two axes of space and more, joint fits take
/// minutes to hours.
bool ends_with(Inference const& answer) {
  constexpr int quick = 2;   // axes
  return answer.verdict.status() == verdict::Status::sound && (!yields(answer) || answer.problem->grid.dimension() > quick);
}

/// By the problem's method, or by candidates() in turn.
Inference by_methods(Problem const& problem, run::Stages& stages, problem::Finer const& finer, Again const& again) {
  auto const& method = problem.settings.inversion.method;
  auto const by = [&](std::string const& name, Inference const* before) {
    return std::make_optional(with_other_form(by_method(problem, finer, name, before, stages), finer, again));
  };
  if (!estimators::is_automatic(method)) return std::move(*by(method, nullptr));
  std::optional<Inference> best;
  std::optional<run::Error> first;
  for (auto const& candidate : candidates(problem)) {
    auto const* const before = best ? &*best : nullptr;
    if (candidate.weak && !can_ask(finer, before)) continue;
    problem.progress.say(fmt::format("method {}: {}", candidate.method, candidate.why));
    try {
      auto found = candidate.weak ? in_weak_form(problem, candidate.method, before, finer, again) : by(candidate.method, before);
      if (!found) continue;
      auto& answer = *found;
      bool const sound = answer.verdict.status() == verdict::Status::sound;
      problem.progress.say(fmt::format("method {}: {}{}", candidate.method, verdict::name_of(answer.verdict.status()),
                                       sound && is_biased(answer) ? ", but what mollifying bends passes the noise"
                                       : refutes(answer)          ? ": the equation does not explain the data"
                                                                  : ""));
      if (!best || preferred(answer, *best)) best = std::move(answer);
    } catch (run::Error const& error) {
      if (error.code() == run::Exit::usage || error.code() == run::Exit::stopped_early || error.code() == run::Exit::output_failed) throw;
      problem.progress.say(fmt::format("method {}: cannot serve here: {}", candidate.method, error.what()));
      if (!first) first = error;
    }
    if (best && (refutes(*best) || ends_with(*best))) break;
  }
  if (!best) throw *first;
  return std::move(*best);
}

}  // namespace

void offer_options(std::string const& method) {
  for (auto const& one : estimators::methods())
    if (one.name == method || estimators::is_automatic(method)) estimators::make_estimator(one.name)->offer_options();
}

Inference infer(Problem const& problem, run::Stages& stages, problem::Finer const& finer) {
  auto const again = [&](Problem const& bent, problem::Finer const& more) { return by_method(bent, more, bent.settings.inversion.method, nullptr, stages); };
  return with_enough_coefficients(by_methods(problem, stages, finer, again), finer, again);
}

}  // namespace mollis::inference
