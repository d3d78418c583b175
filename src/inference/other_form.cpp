#include "inference/other_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "inference/candidates.hpp"
#include "run/error.hpp"
#include "uncertainty/constant_entries.hpp"

namespace mollis::inference {
namespace {

using problem::Problem;

constexpr double chance = 3.5;      ///< deviations, of one constant
constexpr double same = 1e-3;       ///< of a constant: nearer is the same (what sampled kernels err by)

/// Whether it says that the equation does not explain the data, not that the data say too little.
bool tells_of_equation(verdict::Check const& check) {
  constexpr std::array<std::string_view, 4> names{"misfit", "white", "complete", "consistent"};
  return std::find(names.begin(), names.end(), check.name) != names.end();
}

/// The answer of the weak form by a method, where there is one with standard errors.
std::optional<Inference> ask(Problem const& problem, std::string const& method, problem::Finer const& finer, Again const& again) {
  try {
    checkpoint::Keeper::Scope const part(*problem.keeper, "weak");
    auto weak = again(finer.weak().with_method(method), {});
    if (weak.estimate.failure.empty() && weak.uncertainty.computed) return weak;
    problem.progress.say("form  which cannot be told: that fit has no standard errors");
  } catch (run::Error const& error) {
    if (error.code() == run::Exit::stopped_early || error.code() == run::Exit::output_failed) throw;
    std::string const what = error.what();
    problem.progress.say(fmt::format("form  which cannot be told: {}", what.substr(0, what.find('\n'))));
  }
  return std::nullopt;
}

/// What the weak form says of the equation, in words.
verdict::Check by_weak_form(verdict::Check check) {
  check.finding = "by the weak form of the same equation: " + check.finding;
  return check;
}

}  // namespace

verdict::Check agreement(Inference const& strong, Inference const& weak) {
  auto const& unknowns = strong.problem->space().unknowns();
  uncertainty::ConstantEntries const entries(strong.problem->space());
  auto const a = entries.read(strong.estimate.parameters), b = entries.read(weak.estimate.parameters);
  double const bound = std::sqrt(chance * chance + 2.0 * std::log(static_cast<double>(a.size())));
  verdict::Check most{"forms", 0.0, bound, "",
                      "the equation lacks a term or has a wrong one, or the mollifier bends what it should not: compare equations with mollis compare, and "
                      "look at form = \"weak\""};
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto const& unknown = unknowns[entries.positions[i]];
    double const sigma = std::hypot(strong.uncertainty.constants.deviation(i), weak.uncertainty.constants.deviation(i)), apart = std::abs(a[i] - b[i]);
    if (!(sigma > 0.0) || !(apart > (unknown.settings.log ? same : same * std::abs(a[i]))) || !(apart / sigma > most.value)) continue;
    auto const value = [&](double fitted) { return unknown.settings.log ? std::exp(fitted) : fitted; };
    most.value = apart / sigma;
    most.finding = fmt::format("{} is {:.5g} here and {:.5g} by the weak form of the same equation, {:.2g} standard errors apart", unknown.name, value(a[i]),
                               value(b[i]), most.value);
  }
  return most;
}

bool can_ask(problem::Finer const& finer, Inference const* strong) {
  auto const disagrees = [](verdict::Check const& check) { return check.name == "forms" && !check.holds(); };
  return finer.weak && (strong == nullptr || std::none_of(strong->verdict.checks.begin(), strong->verdict.checks.end(), disagrees));
}

std::optional<Inference> in_weak_form(Problem const& problem, std::string const& method, Inference const* strong, problem::Finer const& finer, Again const& again) {
  auto weak = ask(problem, method, finer, again);
  if (weak && strong != nullptr && strong->uncertainty.computed) weak->verdict.checks.push_back(agreement(*strong, *weak));
  return weak;
}

Inference with_other_form(Inference answer, problem::Finer const& finer, Again const& again) {
  auto const of_equation = [](auto const& checks) { return std::all_of(checks.begin(), checks.end(), tells_of_equation); };
  bool const mollified = answer.estimate.penalty.empty() && answer.uncertainty.computed;
  if (!can_ask(finer, &answer) || !mollified || !constants_alone(*answer.problem) || !of_equation(answer.verdict.reasons())) return answer;
  answer.problem->progress.say("form  the constants once more by the weak form, for whether both agree");
  auto const weak = ask(*answer.problem, answer.problem->settings.inversion.method, finer, again);
  if (!weak) return answer;
  auto const reasons = weak->verdict.reasons();
  if (!of_equation(reasons)) {
    answer.problem->progress.say("form  which cannot be told: " + std::find_if_not(reasons.begin(), reasons.end(), tells_of_equation)->finding);
    return answer;
  }
  auto& checks = answer.verdict.checks;
  checks.erase(std::remove_if(checks.begin(), checks.end(), tells_of_equation), checks.end());
  for (auto const& check : weak->verdict.checks)
    if (tells_of_equation(check)) checks.push_back(by_weak_form(check));
  checks.push_back(agreement(answer, *weak));
  return answer;
}

}  // namespace mollis::inference
