#include <fmt/format.h>

#include <optional>
#include <tuple>

#include "choices/choose.hpp"
#include "estimators/make/make_estimator.hpp"
#include "estimators/methods.hpp"
#include "inference/candidates.hpp"
#include "inference/inference.hpp"
#include "petsc/options.hpp"
#include "run/error.hpp"
#include "uncertainty/smoothing_bias.hpp"

namespace mollis::inference {
namespace {

using problem::Problem;

uncertainty::Uncertainty quantify(Problem const& problem, estimate::Estimate const& estimate, estimate::Estimator& estimator, int krylov,
                                  run::Stages& stages) {
  run::Stages::Scope const stage(stages, "uncertainty");
  auto sure = uncertainty::quantify(problem, estimate, problem.settings.uncertainty, krylov);
  uncertainty::add_smoothing_bias(problem, estimate, estimator, sure);
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

/// `before`: the answer of a method tried earlier, or null.
Inference by_method(Problem const& given, std::string const& method, Inference const* before, run::Stages& stages) {
  Inference out;
  out.problem = std::make_unique<Problem const>(given.with_method(method));
  auto const& problem = *out.problem;
  int const krylov = problem.progress.krylov();
  auto const estimator = estimators::make_estimator(method);
  out.choices = choose(problem, before, stages);
  out.estimate = estimator->estimate(problem, out.choices, stages);
  petsc::reject_unused_options();
  out.uncertainty = quantify(problem, out.estimate, *estimator, problem.progress.krylov() - krylov, stages);
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

}  // namespace

void offer_options(std::string const& method) {
  for (auto const& one : estimators::methods())
    if (one.name == method || estimators::is_automatic(method)) estimators::make_estimator(one.name)->offer_options();
}

Inference infer(Problem const& problem, run::Stages& stages) {
  auto const& method = problem.settings.inversion.method;
  if (!estimators::is_automatic(method)) return by_method(problem, method, nullptr, stages);
  std::optional<Inference> best;
  std::optional<run::Error> first;
  for (auto const& candidate : candidates(problem)) {
    problem.progress.say(fmt::format("method {}: {}", candidate.method, candidate.why));
    try {
      auto answer = by_method(problem, candidate.method, best ? &*best : nullptr, stages);
      problem.progress.say(fmt::format("method {}: {}", candidate.method, verdict::name_of(answer.verdict.status())));
      if (!best || better(answer, *best)) best = std::move(answer);
    } catch (run::Error const& error) {
      if (error.code() == run::Exit::usage) throw;
      problem.progress.say(fmt::format("method {}: cannot serve here: {}", candidate.method, error.what()));
      if (!first) first = error;
    }
    if (best && best->verdict.status() == verdict::Status::sound) break;
  }
  if (!best) throw *first;
  return std::move(*best);
}

}  // namespace mollis::inference
