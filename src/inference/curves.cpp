#include "inference/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "run/error.hpp"
#include "uncertainty/constant_entries.hpp"
#include "uncertainty/curve_bends.hpp"

namespace mollis::inference {
namespace {

constexpr double chance = 3.5;   ///< deviations, of one curve

/// The check of one curve, by the answer with its intervals halved. A curve that bends too little leaves what looks like a missing term: what that would
/// move is no part of the deviation.
verdict::Check check_of(problem::CurveEntries const& curve, std::size_t curves, Inference const& finer) {
  uncertainty::ConstantEntries const constants(finer.problem->space());
  auto const fitted = constants.read(finer.estimate.parameters);
  auto const& sure = finer.uncertainty.constants;
  auto const places = constants.places_of(curve.first, curve.coefficients);
  std::vector<double> coefficients, covariance;
  for (auto const i : places) coefficients.push_back(curve.log ? std::exp(fitted[i]) : fitted[i]);
  for (std::size_t i = 0; i < places.size(); ++i)
    for (std::size_t j = 0; j < places.size(); ++j)
      covariance.push_back(sure.without_terms[places[i] * sure.unknowns.size() + places[j]] * (curve.log ? coefficients[i] * coefficients[j] : 1.0));
  double const deviations = uncertainty::bends(coefficients, covariance, finer.estimate.linear->is_white() ? 0 : finer.uncertainty.draws);
  double const bound = std::sqrt(chance * chance + 2.0 * std::log(static_cast<double>(curves)));
  return {"curve", deviations, bound,
          fmt::format("{} bends more than {} coefficients let it: {} would find more, by {:.2g} standard deviations", curve.name, (curve.coefficients + 3) / 2,
                      curve.coefficients, deviations),
          fmt::format("[parameters.{}] coefficients = {}, or leave them out", curve.name, curve.coefficients)};
}

/// The answer with intervals halved, and the checks it makes.
struct Asked {
  Inference answer;
  problem::Finer finer;
  std::vector<verdict::Check> checks;
};

std::optional<Asked> ask(Inference const& answer, problem::Finer const& finer, Again const& again) {
  auto const& problem = *answer.problem;
  problem.progress.say("curve again with the intervals between knots halved, for whether coefficients are enough");
  try {
    auto const bent = finer.halve();
    checkpoint::Keeper::Scope const part(*problem.keeper, fmt::format("halved-{}", answer.halvings + 1));
    Asked asked{again(bent.problem.with_method(problem.settings.inversion.method), bent.finer), bent.finer, {}};
    if (!asked.answer.estimate.failure.empty() || !asked.answer.uncertainty.computed) {
      problem.progress.say("curve which cannot be told: that fit has no standard errors");
      return std::nullopt;
    }
    for (auto const& curve : bent.curves) asked.checks.push_back(check_of(curve, bent.curves.size(), asked.answer));
    return asked;
  } catch (run::Error const& error) {
    if (error.code() == run::Exit::stopped_early || error.code() == run::Exit::output_failed) throw;
    problem.progress.say(fmt::format("curve which cannot be: {}", error.what()));
    return std::nullopt;
  }
}

}  // namespace

Inference with_enough_coefficients(Inference answer, problem::Finer finer, Again const& again) {
  while (finer.halve && answer.uncertainty.computed && answer.estimate.failure.empty()) {
    auto asked = ask(answer, finer, again);
    if (!asked) return answer;
    bool const enough = std::all_of(asked->checks.begin(), asked->checks.end(), [](auto const& check) { return check.holds(); });
    if (enough || !finer.curves_open || asked->answer.verdict.status() == verdict::Status::failed) {
      answer.verdict.checks.insert(answer.verdict.checks.end(), asked->checks.begin(), asked->checks.end());
      return answer;
    }
    asked->answer.halvings = answer.halvings + 1;
    answer = std::move(asked->answer);
    finer = asked->finer;
  }
  return answer;
}

}  // namespace mollis::inference
