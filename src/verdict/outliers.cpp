// Whether a few data far off carry the fit, or were rightly set aside.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "verdict/checks.hpp"
#include "verdict/deviations.hpp"

namespace mollis::verdict {
namespace {

using observations::Loss;

constexpr double most_carried = 0.05;  ///< of the misfit, by data so far off
constexpr double most_set_aside = 0.2;
constexpr double most_together = 3.0;  ///< factor on the variance, from block to block, of what is set aside at random

char const* const use_robust =
    "look at the data; loss = \"robust\" in [observations] (method = \"joint\") sets outliers aside";

double sum(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

/// Of squares: what data far off carry. Without fitted states, of what noise leaves, the rest being hidden in
/// residuals.
Check carried(Problem const& problem, Estimate const& estimate, std::size_t s) {
  auto const& state = problem.states[s];
  double squares = 0.0, carried = 0.0, count = 0.0;
  for (auto const [off, alone] : deviations(problem, estimate, s)) {
    squares += off * off;
    carried += alone && off > far_off ? off * off : 0.0;
    count += alone && off > far_off ? 1.0 : 0.0;
  }
  MPI_Comm const comm = problem.grid.comm();
  carried = sum(comm, carried);
  count = sum(comm, count);
  double const all =
      estimate.predicted.empty() ? carried + static_cast<double>(state.observed(problem.grid)) : sum(comm, squares);
  double const share = all > 0.0 ? carried / all : 0.0;
  return {
      "outliers", share, most_carried,
      fmt::format("{:.0f} data of {} are off by more than {:.0f} standard deviations and carry {:.2g} % of the misfit",
                  count, state.name, far_off, 100.0 * share),
      use_robust};
}

/// What was set aside, and whether it lies together, as where the equation fails.
Checks set_aside(Problem const& problem, Estimate const& estimate) {
  Checks checks;
  estimate::Rows aside, weights;
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const& state = problem.states[s];
    Field const row = make_field("aside", static_cast<Index>(state.data.extent(0))), weight("weight", row.extent(0));
    Kokkos::deep_copy(row, 0.0);
    aside.data.push_back(row);
    weights.data.push_back(weight);
    if (state.loss == Loss::gaussian) continue;
    double const share =
        estimate::set_aside(problem, estimate, s) / std::max(static_cast<double>(state.observed(problem.grid)), 1.0);
    checks.push_back({"outliers", share, most_set_aside,
                      fmt::format("{:.2g} % of the data of {} were set aside as outliers", 100.0 * share, state.name),
                      "what is left is chosen by the fit: the equation or the noise may be wrong"});
    if (!(share > 0.0 && share < 1.0)) continue;
    auto const trust = on_host(estimate.trust[s]), data = on_host(state.data);
    auto const of = Kokkos::create_mirror_view(row), w = Kokkos::create_mirror_view(weight);
    for (std::size_t i = 0; i < trust.extent(0); ++i) {
      bool const observed = std::isfinite(data(i));
      of(i) = observed ? (trust(i) < 0.5 ? 1.0 : 0.0) - share : 0.0;
      w(i) = observed ? 1.0 / (share * (1.0 - share)) : 0.0;
    }
    Kokkos::deep_copy(row, of);
    Kokkos::deep_copy(weight, w);
  }
  if (checks.empty()) return checks;
  auto const blocks = uncertainty::fit_left(problem, aside, weights);
  double const chance = 1.0 + 3.5 * std::sqrt(2.0 / std::max(blocks.blocks - 1.0, 1.0));
  checks.push_back(
      {"outliers", blocks.coarse, std::max(most_together, chance),
       fmt::format("what was set aside lies together, {:.2g} times as much as chance would have it", blocks.coarse),
       "look at /observations: the equation may fail there"});
  return checks;
}

}  // namespace

Checks without_outliers(Problem const& problem, Estimate const& estimate) {
  Checks checks = set_aside(problem, estimate);
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const& state = problem.states[s];
    bool const told =
        state.loss == Loss::gaussian && !state.localisations && !state.unobserved;  // counts have tails of their own
    if (told) checks.push_back(carried(problem, estimate, s));
  }
  return checks;
}

}  // namespace mollis::verdict
