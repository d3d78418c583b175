#include "verdict/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/pointwise.hpp"
#include "parameters/transform.hpp"
#include "scores/score.hpp"
#include "uncertainty/moved.hpp"
#include "uncertainty/student.hpp"

namespace mollis::verdict {
namespace {

constexpr double least_share = 0.3, least_share_weak = 0.05;
constexpr double most_at_bounds = 0.05;
constexpr double most_raised = 1.5, most_unexplained = 0.01;
constexpr double most_overstated = 2.0;   ///< of a noise that is given, over what differences show
constexpr double most_noise_share = 0.5;
constexpr double most_cells_a_count = 1.0;
constexpr double most_unsettled = 0.1, least_error = 1e-3;   ///< of a standard error; its share of the parameter where there is none
constexpr int least_draws = 8;
constexpr double most_sampled = 1e-3;  ///< of a constant: what the sampled kernels of the weak form err by
constexpr double most_biased = 0.05, most_biased_noise = 3.0;

double sum(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

double count_not_finite(Field const& field) {
  auto const host = on_host(field);
  double count = 0.0;
  for (std::size_t i = 0; i < host.extent(0); ++i) count += std::isfinite(host(i)) ? 0.0 : 1.0;
  return count;
}

/// What a second fit moves parameters by: `cause` says by what.
Checks moved(Problem const& problem, std::vector<uncertainty::Bias> const& biases, std::string const& name, std::string const& cause,
             std::string const& advice) {
  Checks checks;
  for (std::size_t p = 0; p < biases.size(); ++p) {
    auto const& bias = biases[p];
    double const share = bias.size > 0.0 ? bias.core / bias.size : 0.0, noise = bias.size > 0.0 ? bias.noise / bias.size : 0.0;
    checks.push_back({name, share, std::max(most_biased, most_biased_noise * noise),
                      fmt::format("{} {} by {:.2g} % of its size, noise by {:.2g} %", cause, problem.space().unknowns()[p].name, 100.0 * share,
                                  100.0 * noise),
                      advice});
  }
  return checks;
}

}  // namespace

double largest_term(Problem const& problem, Estimate const& estimate) {
  auto const pieces = problem.space().scatter(estimate.parameters);
  double largest = 0.0;
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    auto const value = on_host(parameters::value_of(unknown, pieces[p]));
    auto const weight = on_host(estimate.sensitivities[p]);
    double sum = 0.0;
    for (std::size_t i = 0; unknown.owner && i < value.extent(0); ++i) sum += weight(i) * value(i) * value(i);
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, problem.grid.comm());
    largest = std::max(largest, std::sqrt(sum));
  }
  return largest;
}

Checks finite(Problem const& problem, Estimate const& estimate) {
  double count = std::isfinite(estimate.misfit_chi2) ? 0.0 : 1.0;
  for (auto const& piece : problem.space().scatter(estimate.parameters)) count += count_not_finite(piece);
  for (auto const& residual : estimate.residuals) count += count_not_finite(residual);
  count = sum(problem.grid.comm(), count);
  return {{"finite", count, 0.0, fmt::format("{:.0f} values of parameters and residuals are not finite", count),
           "look at the data and the residual where they vanish or overflow; other units may help", true}};
}

Checks converged(Estimate const& estimate) {
  return {{"converged", estimate.converged ? 0.0 : 1.0, 0.0, estimate.failure.empty() ? "the fit did not converge" : estimate.failure,
           "see history.csv; more iterations ([inversion] max_iterations), a first guess nearer the answer, or fewer unknowns", true}};
}

Checks settled(Problem const& problem, Estimate const& estimate, Uncertainty const& uncertainty) {
  if (!(estimate.unsettled > 0.0)) return {};
  double least = 0.0;   // standard error over size, of the parameter that has the least
  auto const pieces = problem.space().scatter(estimate.parameters);
  for (std::size_t p = 0; p < pieces.size() && uncertainty.computed; ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    double const error = scores::mean_of(problem.space(), unknown, uncertainty.deviation[p], true);
    double const size = uncertainty::size_of(problem, unknown, pieces[p]);
    if (error > 0.0 && size > 0.0 && (least == 0.0 || error / size < least)) least = error / size;
  }
  return {{"settled", estimate.unsettled, most_unsettled * (least > 0.0 ? least : least_error),
           fmt::format("the last step moved the parameters by {:.2g} of themselves, and its linear solve did not end", estimate.unsettled),
           "more may be left than it moved: another method, fewer points, or more iterations (-- -joint_ksp_max_it)"}};
}

Checks covered(Problem const& problem, Estimate const& estimate) {
  double const total = static_cast<double>(problem.grid.points());
  double observed = total;
  for (auto const& state : problem.states)
    if (!state.unobserved) observed = std::min(observed, static_cast<double>(state.observed(problem.grid)));
  double const carrying = sum(problem.grid.comm(), kernels::triple_product(estimate.mask, estimate.mask, estimate.mask));
  double const share = std::min(carrying / std::max(observed, 1.0), 1.0);
  double const least = problem.weak() ? least_share_weak : least_share;
  return {{"covered", 1.0 - share, 1.0 - least, fmt::format("only {:.1f} % of the observed points carry a residual", 100.0 * share),
           "footprints meet gaps or edges: smaller radii, or method = \"joint\", which fits the states through gaps"}};
}

Checks inside_ranges(Choices const& choices, Estimate const& estimate) {
  Checks checks;
  for (auto const* ends : {&choices.ends, &estimate.ends})
    for (auto const& end : *ends)
      checks.push_back({"range", 1.0, 0.0, end, "the search found no best value inside its range: set it by hand, or use another method"});
  if (checks.empty()) checks.push_back({"range", 0.0, 0.0, "", ""});
  return checks;
}

Checks inside_bounds(Problem const& problem, Estimate const& estimate) {
  Checks checks;
  auto const& space = problem.space();
  auto const pieces = space.scatter(estimate.parameters);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    auto const& settings = unknown.settings;
    if (!settings.lower && !settings.upper) continue;
    auto const value = on_host(parameters::value_of(unknown, pieces[p]));
    double at[2] = {0.0, 0.0};
    for (std::size_t i = 0; unknown.owner && i < value.extent(0); ++i) {
      auto const stands = [&](std::optional<double> const& bound) { return bound && std::abs(value(i) - *bound) <= 1e-9 * std::max(std::abs(*bound), 1e-300); };
      at[0] += stands(settings.lower) || stands(settings.upper) ? 1.0 : 0.0;
      at[1] += 1.0;
    }
    MPI_Allreduce(MPI_IN_PLACE, at, 2, MPI_DOUBLE, MPI_SUM, problem.grid.comm());
    double const share = at[0] / std::max(at[1], 1.0);
    checks.push_back({"bounds", share, most_at_bounds, fmt::format("{:.0f} % of {} stand at a bound", 100.0 * share, unknown.name),
                      "the data ask for values beyond it: check the bound, the sign of the term and the units"});
  }
  return checks;
}

Checks noise_of_mollified(Problem const& problem, Estimate const& estimate) {
  Checks checks;
  auto const& unknowns = problem.space().unknowns();
  if (std::all_of(unknowns.begin(), unknowns.end(), [](auto const& unknown) { return unknown.axes.empty(); })) return checks;  // what constants leave tells it
  for (auto const& state : problem.states) {
    bool const white = state.alike <= 1.0 && state.shape.extent(0) == 0;
    if (!estimate.predicted.empty() || state.automatic || state.unobserved || state.points || state.localisations || !white) continue;
    double const shown = observations::estimate_noise(problem.grid, state.data);
    if (!(shown > 0.0)) continue;
    double const factor = state.sigma / shown;
    checks.push_back({"noise", factor, most_overstated,
                      fmt::format("the noise given for {} is {:.3g}, {:.2g} times what differences of its data show", state.name, state.sigma, factor),
                      "standard errors are as much too large, or neighbours share their noise: leave it out ([observations] noise), or give noise_blur"});
  }
  return checks;
}

Checks noise_as_given(Problem const& problem, Estimate const& estimate) {
  Checks checks;
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const& state = problem.states[s];
    if (state.unobserved) continue;
    double const factor = state.sigma > 0.0 ? estimate.noise[s] / state.sigma : 1.0;
    double const size = observations::moments(problem.grid, state.data).deviation;
    double const share = size > 0.0 ? estimate.noise[s] / size : 1.0;  // data of one value have no deviation that noise could be a part of
    checks.push_back({"noise", factor > most_raised ? share : 0.0, most_unexplained,
                      fmt::format("the equation explains {} no better than to {:.3g}, {:.2g} % of its deviation and {:.2g} times the noise that its "
                                  "differences show", state.name, estimate.noise[s], 100.0 * share, factor),
                      fmt::format("a term may be missing or wrong{}; if the noise is known and as large, give it ([observations] noise)",
                                  state.points ? ", or the lattice of the states too coarse for them (try more of [grid] points)" : "")});
  }
  return checks;
}

Checks counted(Problem const& problem) {
  Checks checks;
  for (auto const& state : problem.states) {
    if (!state.localisations) continue;
    double const cells = static_cast<double>(state.observed(problem.grid)), counts = static_cast<double>(state.localisations->counted);
    checks.push_back({"counted", cells / std::max(counts, 1.0), most_cells_a_count,
                      fmt::format("{} has {:.2g} localisations a cell: what noise they have is not known well", state.name, counts / cells),
                      "a coarser grid ([grid] points), so that cells hold one and more"});
  }
  return checks;
}

Checks seen_above_noise(Estimate const& estimate, Uncertainty const& uncertainty) {
  if (uncertainty.noise_share > 0.0)
    return {{"attenuated", uncertainty.noise_share, most_noise_share,
             fmt::format("{:.0f} % of what some combination of the constants multiplies is error of the states", 100.0 * std::min(uncertainty.noise_share, 1.0)),
             "it passes for information, so that neither values nor standard errors can be trusted: fix one of the constants, or add data in "
             "which they act differently"}};
  return {{"attenuated", estimate.noise_share, most_noise_share,
           fmt::format("{:.0f} % of what some parameter multiplies is noise", 100.0 * std::min(estimate.noise_share, 1.0)),
           "it pulls parameters towards 0 by more than can be corrected: wider radii ([mollifier] radius), or method = \"joint\""}};
}

Checks unbiased(Problem const& problem, Uncertainty const& uncertainty) {
  return moved(problem, uncertainty.bias, "bias", "the mollifier's radius moves",
               "smaller radii ([mollifier] radius), or, unless \"auto\" tried it, method = \"joint\", which has no such bias");
}

Checks consistent(Problem const& problem, Uncertainty const& uncertainty) {
  Checks checks;
  for (std::size_t p = 0; p < uncertainty.bias.size(); ++p) {
    auto const& bias = uncertainty.bias[p];
    if (!problem.weak() || !problem.space().unknowns()[p].axes.empty() || !(bias.chance > 0.0) || bias.draws < least_draws) continue;
    double const factor = bias.apart / bias.chance;
    checks.push_back({"consistent", factor, std::max({certainty * uncertainty::widening(bias.draws, certainty), bias.noise / bias.chance, most_sampled * bias.size / bias.chance}),
                      fmt::format("narrower mollifiers move {} by {:.2g}, {:.2g} standard deviations of what noise would",
                                  problem.space().unknowns()[p].name, bias.apart, factor),
                      "in the weak form constants do not depend on the radius: a term is missing or wrong, the noise is not white, or the grid is too "
                      "coarse for the data"});
  }
  return checks;
}

Checks fine_enough(Problem const& problem, Uncertainty const& uncertainty) {
  return moved(problem, uncertainty.lattice, "lattice", "the lattice moves",
               "a finer lattice for the states ([grid] refine = { t = 4 }, x likewise, or more than there is), or a higher [joint] spline_degree");
}

Checks computed(Uncertainty const& uncertainty) {
  return {{"uncertainty", uncertainty.computed || !uncertainty.asked ? 0.0 : 1.0, 0.0, uncertainty.why_not,
           "some combination of the parameters is not determined by the data: fix one of them, or add data"}};
}

}  // namespace mollis::verdict
