// Whether the data determine the parameters.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "parameters/transform.hpp"
#include "scores/score.hpp"
#include "uncertainty/directions.hpp"
#include "uncertainty/undetermined.hpp"
#include "verdict/chance.hpp"
#include "verdict/checks.hpp"

namespace mollis::verdict {
namespace {

constexpr double most_uncertain = 0.2;   ///< deviation of a parameter over its own size
constexpr double least_known = 0.5;
constexpr double most_bent = 0.05;       ///< of the core
constexpr double bent_by_chance = 0.012; ///< of the places of a field as its prior has it: 2 (1 - Phi(1.96 / sqrt(0.61)))
constexpr double most_curved = 1.5;      ///< standard errors are then off by a fifth
constexpr double most_of_map = 0.5;      ///< share of a map's variance that may be error: beyond it the map is more error than field
constexpr double least_varying = 0.1;    ///< of its mean: a field that varies by less is held to that

/// Mean over the core of a field over a parameter.
double core_mean(Problem const& problem, parameters::Unknown const& unknown, Field const& field) {
  return scores::mean_of(problem.space(), unknown, field, true);
}

/// A field is known where the data make it surer than its own size is.
Checks fields(Problem const& problem, Uncertainty const& uncertainty) {
  Checks checks;
  for (std::size_t p = 0; p < problem.space().unknowns().size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    if (unknown.axes.empty()) continue;
    double const known = core_mean(problem, unknown, uncertainty.known[p]);
    checks.push_back({"known", 1.0 - known, 1.0 - least_known,
                      fmt::format("the data say little of {}: its standard deviation is as large as itself", unknown.name),
                      "look at /parameters/" + unknown.name + "_known; more or better data, or a stiffer smoothness"});
  }
  return checks;
}

/// f(a_i, b_i), a piece.
template <class Function>
Field combined(Field const& a, Field const& b, Function const& f) {
  auto const first = on_host(a), second = on_host(b);
  Field const out("combined", first.extent(0));
  auto const host = Kokkos::create_mirror_view(out);
  for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = f(first(i), second(i));
  Kokkos::deep_copy(out, host);
  return out;
}

/// The map of a field is more field than error: what it varies by over the core is told from its mean.
Checks shapes(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty) {
  Checks checks;
  auto const pieces = problem.space().scatter(estimate.parameters);
  for (std::size_t p = 0; p < problem.space().unknowns().size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    if (unknown.axes.empty()) continue;
    auto const& deviation = uncertainty.deviation[p];
    auto const value = combined(parameters::value_of(unknown, pieces[p]), deviation,
                                [](double v, double d) { return std::isfinite(d) ? v : NAN; });  // of the domain alone
    auto const product = [](double a, double b) { return a * b; };
    double const mean = core_mean(problem, unknown, value), square = core_mean(problem, unknown, combined(value, value, product)),
                 error = core_mean(problem, unknown, combined(deviation, deviation, product)),
                 varying = std::max(square - mean * mean, std::pow(least_varying * mean, 2));
    double const share = varying > 0.0 ? error / varying : HUGE_VAL;
    checks.push_back({"shape", share, most_of_map,
                      fmt::format("the map of {} varies by {:.2g}, its standard errors are {:.2g}: its shape is not told from error", unknown.name,
                                  std::sqrt(std::max(square - mean * mean, 0.0)), std::sqrt(error)),
                      "its mean may be used; more or better data, or a stiffer smoothness"});
  }
  return checks;
}

/// The smoothness takes no more from a field than its standard errors hold: else it has a front that the prior does not know. A mode of which it takes the
/// share s has b^2 = s^2 (1 + s)^2 (1 - s) of its prior variance where the error holds s: at most 0.61 of it, so that 1.96 deviations are passed with
/// probability 0.012. That is at one place for each degree of freedom.
Checks fronts(Problem const& problem, Uncertainty const& uncertainty) {
  Checks checks;
  for (std::size_t p = 0; p < uncertainty.bent.size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    if (unknown.axes.empty()) continue;
    checks.push_back({"front", uncertainty.bent[p], std::max(most_bent, share_by_chance(uncertainty.freedom[p], bent_by_chance)),
                      fmt::format("at {:.2g} % of the points the smoothness bends {} by more than its standard errors hold, as at a jump", 100.0 * uncertainty.bent[p],
                                  unknown.name),
                      "bands are too narrow there, and waves go out from it; radius = \"adaptive\" with method = \"equation-error\", or a smaller smoothness "
                      "weight"});
  }
  return checks;
}

std::string words_of_rise(double rise) {
  if (std::isnan(rise)) return "states could not be fitted where parameters are off by an error: whether standard errors hold is not known";
  if (!(rise > 0.0)) return "the misfit does not rise over the length of an error: there are other answers that explain the data as well";
  if (std::isinf(rise)) return "the misfit is not finite where parameters are off by an error: standard errors hold nothing there";
  return fmt::format("the misfit rises by {:.2g} times what its curvature at the fit says, over the length of an error: standard errors hold nothing there", rise);
}

/// The objective is quadratic as far as the error reaches. Where it rises by another factor standard errors, by its curvature at the fit, are wrong by the root of that.
/// Of draws that could be followed the worse counts; NaN where none could.
Checks curved(Uncertainty const& uncertainty) {
  double most = NAN, at = NAN;
  for (double const rise : uncertainty.rises) {
    if (std::isnan(rise)) continue;
    double const factor = rise > 0.0 ? std::max(rise, 1.0 / rise) : HUGE_VAL;
    if (!(factor <= most)) most = factor, at = rise;
  }
  if (uncertainty.rises.empty()) return {};
  return {{"curved", most, most_curved, words_of_rise(at),
           "the data tell the parameters too little: more or better data, fewer or coarser parameters, a stiffer smoothness; a mask, if the domain ends where the data do"}};
}

/// "0.10 a + 0.99 c": the entries of a direction that matter.
std::string combination(Problem const& problem, uncertainty::Constants const& constants, std::vector<double> direction) {
  double norm = 0.0;
  for (double const d : direction) norm += d * d;
  std::string text;
  for (std::size_t i = 0; i < direction.size(); ++i) {
    double const share = direction[i] / std::sqrt(norm);
    if (std::abs(share) < 0.02) continue;
    text += fmt::format("{}{:.2f} {}", text.empty() ? (share < 0 ? "-" : "") : (share < 0 ? " - " : " + "), std::abs(share),
                        problem.space().unknowns()[constants.unknowns[i]].name);
  }
  return text;
}

/// Directions along which the residuals do not change at all.
Checks singular(Problem const& problem, uncertainty::Constants const& constants) {
  Checks checks;
  for (auto const& direction : constants.conditions)
    checks.push_back({"singular", direction.worth, uncertainty::singular,
                      combination(problem, constants, direction.entries) + " does not change the residual: the data cannot tell it",
                      "fix one of these parameters, or add data in which they act differently; the others keep their values"});
  return checks;
}

/// Directions of the constants whose deviation, as their share of the residual, is not small against its largest term.
Checks uncertain(Problem const& problem, Estimate const& estimate, uncertainty::Constants const& constants) {
  auto const size = constants.unknowns.size();
  if (size == 0 || !std::all_of(constants.covariance.begin(), constants.covariance.end(), [](double c) { return std::isfinite(c); })) return {};
  double const whole = largest_term(problem, estimate);
  if (!(whole > 0.0))
    return {{"determined", HUGE_VAL, most_uncertain, "every parameter is 0, so that nothing tells how sure that is",
             "look at the data: do they move the terms that the parameters multiply?"}};
  std::vector<double> scale;
  for (std::size_t i = 0; i < size; ++i) scale.push_back(std::sqrt(constants.information[i]) / whole);
  Checks checks;
  double const largest = std::sqrt(*std::max_element(constants.covariance.begin(), constants.covariance.end())) * *std::max_element(scale.begin(), scale.end());
  if (!std::isfinite(largest * largest) || std::any_of(scale.begin(), scale.end(), [](double s) { return !std::isfinite(s); }))
    return {{"determined", HUGE_VAL, most_uncertain, "the fit ran away: what the constants multiply is beyond all numbers",
             "fix one of the constants, or give bounds; the data leave some combination of them open"}};
  for (auto& direction : uncertainty::directions_of(constants.covariance, scale)) {
    for (std::size_t i = 0; i < size; ++i) direction.entries[i] /= scale[i] > 0.0 ? scale[i] * scale[i] : 1.0;  // from S v to S^-1 v
    auto const name = combination(problem, constants, direction.entries);
    bool const one = name.find(' ') == name.rfind(' ');
    checks.push_back({"determined", std::sqrt(std::max(direction.worth, 0.0)), most_uncertain,
                      one ? fmt::format("{} is hardly determined by the data", name.substr(name.find(' ') + 1))
                          : fmt::format("{} is hardly determined by the data: these trade off", name),
                      "fix one of them, or add data in which they act differently; the others keep their values"});
  }
  return checks;
}

}  // namespace

Checks states_determined(Problem const& problem, Uncertainty const& uncertainty) {
  Checks checks;
  for (auto const& found : uncertainty.unobserved) {
    auto const& name = problem.states[found.state].name;
    double const share = found.size > 0.0 ? found.error / found.size : HUGE_VAL;
    checks.push_back({"state", share, least_known,
                      fmt::format("{}, which was not observed, varies by {:.2g}, its standard errors are {:.2g}: the "
                                  "equation hardly tells it",
                                  name, found.size, found.error),
                      "look at /state/" + name + "_std; observe it somewhere, or use what no longer depends on it"});
  }
  return checks;
}

Checks determined(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty) {
  auto checks = fields(problem, uncertainty);
  for (auto& check : shapes(problem, estimate, uncertainty)) checks.push_back(std::move(check));
  for (auto& check : fronts(problem, uncertainty)) checks.push_back(std::move(check));
  for (auto& check : curved(uncertainty)) checks.push_back(std::move(check));
  for (auto& check : singular(problem, uncertainty.constants)) checks.push_back(std::move(check));
  for (auto& check : uncertain(problem, estimate, uncertainty.constants)) checks.push_back(std::move(check));
  return checks;
}

}  // namespace mollis::verdict
