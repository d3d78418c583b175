// Whether what a fit leaves is what noise would leave, by draws of the noise.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "equation/highest_order.hpp"
#include "kernels/pointwise.hpp"
#include "verdict/checks.hpp"

namespace mollis::verdict {
namespace {

constexpr double most_noise = 1.3;     ///< factor on the noise, either way
constexpr double absorbed = 1e-12;     ///< of the noise's mean square
constexpr double most_noise_bent = 2.0;  ///< of residuals that mollifying bends: how much is judged by the bias
constexpr double most_overfit = 10.0;  ///< where draws scatter so much that chance brings anything
constexpr double most_shared = 0.02;    ///< of the largest term
constexpr double most_missing = 0.15;  ///< of the points, where nothing is drawn: errors of equation error double from there on (docs/observations.md)
constexpr double most_derived = 2.0;   ///< total order of a derivative, likewise: beyond it mollifying bends more than the noise at every useful radius
constexpr double least_term = 0.005;    ///< of the largest term: what a missing one may be
constexpr double most_coarse = 3.0;    ///< factor on the mean square of block sums

struct Expected {
  double mean = 0.0, deviation = 0.0;
};

template <class Value>
Expected expected(std::vector<uncertainty::FitLeft> const& draws, Value&& value) {
  Expected out;
  for (auto const& draw : draws) out.mean += value(draw) / static_cast<double>(draws.size());
  for (auto const& draw : draws) out.deviation += std::pow(value(draw) - out.mean, 2);
  out.deviation = std::sqrt(out.deviation / std::max<double>(static_cast<double>(draws.size()) - 1.0, 1.0));
  return out;
}

/// The factor on a mean square below and above which chance does not bring it: that of chi^2 of as many degrees of freedom as the
/// draws' scatter shows (Wilson and Hilferty 1931).
struct Chance {
  explicit Chance(Expected const& draws) {
    double const freedom = 2.0 * std::pow(draws.mean / std::max(draws.deviation, 1e-6 * draws.mean), 2), spread = 2.0 / (9.0 * freedom);
    low = std::pow(std::max(1.0 - spread - certainty * std::sqrt(spread), 0.0), 3);
    high = std::pow(1.0 - spread + certainty * std::sqrt(spread), 3);
  }
  double low, high;
};

bool has_fields(Problem const& problem) {
  auto const& unknowns = problem.space().unknowns();
  return std::any_of(unknowns.begin(), unknowns.end(), [](auto const& unknown) { return !unknown.axes.empty(); });
}

/// Constants do not follow noise. Where the data's differences alone tell it, they may hold what is no noise; the constants are
/// surer than said then.
bool can_overfit(Problem const& problem) {
  auto const& states = problem.states;
  return has_fields(problem) ||
         std::any_of(states.begin(), states.end(), [](auto const& state) { return !state.automatic && !state.unobserved; });
}

/// H S g - d of every state where states are fitted, and R.
estimate::Rows left_of(Problem const& problem, Estimate const& estimate) {
  estimate::Rows left;
  left.equation = estimate.residuals;
  for (std::size_t s = 0; s < estimate.predicted.size(); ++s) {
    Field const difference = make_field("misfit", static_cast<Index>(estimate.predicted[s].extent(0)));
    Kokkos::deep_copy(difference, estimate.predicted[s]);
    kernels::add_scaled(-1.0, problem.states[s].data, difference);
    left.data.push_back(difference);
  }
  return left;
}

/// Of data that states are fitted to: sums over blocks against those of noise. A field with an edge leaves as much there as a term that is missing.
Check shared_by_neighbours(Problem const& problem, uncertainty::FitLeft const& found, Expected const& coarse) {
  double const factor = found.coarse / coarse.mean;
  return {"white", factor, std::max(most_coarse, Chance(coarse).high),
          fmt::format("what the fit leaves of the data agrees over wide areas, {:.2g} times what noise would", factor),
          "look at /state against /observations: a term is missing or wrong, or the noise is correlated" +
              std::string(has_fields(problem) ? ", or a field is sharper somewhere than its smoothness allows" : "")};
}

/// Of residuals of mollified data, which smoothing bends a little everywhere but in the weak form: what neighbours share, as a share of the
/// largest term.
Check shared_of_terms(Problem const& problem, Estimate const& estimate, uncertainty::FitLeft const& found, Expected const& coarse) {
  double const rows_a_block = found.rows / found.blocks, largest = largest_term(problem, estimate) / std::sqrt(std::max(found.rows, 1.0));
  auto const share = [&](double more) { return largest > 0.0 ? std::sqrt(std::max(more, 0.0) / rows_a_block) / largest : 0.0; };
  double const value = share(found.coarse - coarse.mean);
  return {"white", value, std::max(problem.weak() ? 0.0 : most_shared, share((std::max(most_coarse, Chance(coarse).high) - 1.0) * coarse.mean)),
          fmt::format("over wide areas the residual is {:.2g} % of its largest term", 100.0 * value),
          "look at /residual: a term is missing or wrong, or the radii are too wide"};
}

}  // namespace

Checks explained_without_draws(Estimate const& estimate) {
  double const factor = std::sqrt(std::max(estimate.misfit_chi2, 0.0));
  return {{"misfit", factor, most_noise_bent, fmt::format("the fit leaves {:.2g} times what the noise would", factor),
           "the equation lacks a term or has a wrong one, or the noise is larger than given"}};
}

Checks unchecked(Problem const& problem, Estimate const& estimate) {
  double missing = 0.0;
  auto const points = static_cast<double>(problem.grid.points());
  for (auto const& state : problem.states)
    if (estimate.penalty.empty()) missing = std::max(missing, 1.0 - static_cast<double>(state.observed(problem.grid)) / points);
  Checks checks{{"unchecked", missing, most_missing,
                 fmt::format("{:.0f} % of the points are not observed, and without draws of the error ([uncertainty] samples = 0) nothing tells what mollifying "
                             "around them does to the parameters", 100.0 * missing),
                 "let it draw (samples = \"auto\"), if the answer is to be used"}};
  double const order = estimate.penalty.empty() ? equation::highest_order(problem.system()) : 0.0;
  checks.push_back({"unchecked", order, most_derived,
                    fmt::format("derivatives of order {:.0f} of mollified data may be bent by more than their noise, and without draws of the error ([uncertainty] "
                                "samples = 0) nothing tells by how much", order),
                    "let it draw (samples = \"auto\"), or method = \"joint\", which mollifies nothing"});
  return checks;
}

Checks explained(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty) {
  auto const found = uncertainty::fit_left(problem, left_of(problem, estimate), estimate.linear->weights(), true);
  auto const square = expected(uncertainty.expected, [](auto const& draw) { return draw.square; });
  auto const coarse = expected(uncertainty.expected, [](auto const& draw) { return draw.coarse; });
  auto const least = expected(uncertainty.expected_of_noise, [](auto const& draw) { return draw.square; });
  if (!(square.mean > absorbed)) return {};  // each point is solved for itself: nothing is left that could tell
  double const factor = std::sqrt(found.square / square.mean), over = std::sqrt(found.square / least.mean);
  Checks checks;
  double const most = estimate.linear->is_white() || problem.weak() ? most_noise : most_noise_bent;
  checks.push_back({"misfit", factor, std::max(most, std::sqrt(Chance(square).high)),
                    fmt::format("the fit leaves {:.2g} times what the noise would", factor),
                    "the equation lacks a term or has a wrong one, or the noise is larger than given"});
  double const low = std::sqrt(Chance(least).low);
  if (can_overfit(problem))
    checks.push_back({"overfit", 1.0 / over, std::max(most_noise, low > 0.0 ? 1.0 / low : most_overfit),
                    fmt::format("the fit leaves only {:.2g} of what the noise would", over),
                    "the noise is smaller than given, or the parameters follow it: give the noise, or a larger smoothness weight"});
  checks.push_back(estimate.linear->is_white() ? shared_by_neighbours(problem, found, coarse) : shared_of_terms(problem, estimate, found, coarse));
  return checks;
}

Checks complete(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty) {
  Checks checks;
  double const largest = largest_term(problem, estimate);
  for (auto const& missing : uncertainty.missing) {
    double const share = largest > 0.0 ? missing.share / largest : 0.0;
    double const allowed = estimate.linear->is_white() || problem.weak() ? least_term : most_shared;
    checks.push_back({"complete", missing.deviations, std::max(missing.bound, share > 0.0 ? missing.deviations * allowed / share : HUGE_VAL),
                      fmt::format("{:.2g} {} more in residual {} would take up what the fit leaves, by {:.2g} standard deviations of what noise would; it is {:.2g} % of "
                                  "the largest term", missing.value, missing.term, missing.residual + 1, missing.deviations, 100.0 * share),
                      "a term is missing or wrong, this one or one that looks like it: compare equations with mollis compare"});
  }
  return checks;
}

}  // namespace mollis::verdict
