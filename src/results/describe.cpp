#include "results/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mollis::results {

std::string describe(grid::Grid const& grid) {
  std::vector<std::string> axes;
  for (auto const& axis : grid.axes())
    axes.push_back(fmt::format("{}: {}{}{}{}", axis.name, axis.size(), axis.periodic ? " periodic" : "", axis.uniform ? "" : " stretched",
                               axis.off > 0.0 ? fmt::format(" even to {:.1g} of a step", axis.off) : ""));
  return fmt::format("grid  {}  ({} points, {} ranks as {})", fmt::join(axes, ", "), grid.points(), grid.ranks(),
                     fmt::join(grid.decomposition().ranks, " x "));
}

std::string describe(observations::State const& state) {
  if (state.unobserved) return fmt::format("data  {}: not observed", state.name);
  if (state.points) return fmt::format("data  {}: noise {:.4g}, {} scattered points", state.name, state.sigma, state.points->total);
  if (state.localisations) {
    auto const& found = *state.localisations;
    return fmt::format("data  {}: {} localisations counted, {} outside the grid{}{}, their variance {:.4g} times Poisson's; noise {:.4g}", state.name,
                       found.counted, found.outside, found.masked > 0 ? fmt::format(", {} outside the mask", found.masked) : "",
                       found.cut > 0 ? fmt::format(", {} cells left out where the table ends within their widths", found.cut) : "", found.dispersion,
                       state.sigma);
  }
  auto const grows = state.grows ? fmt::format(" on the whole, growing with the values: {:.3g} of each, at least {:.3g}", state.grows->share, state.grows->floor)
                                 : std::string();
  auto const counted = state.counted ? fmt::format(" on the whole, that of counts: gain {:.4g}, offset {:.4g}", state.counted->gain, state.counted->offset) : std::string();
  auto const shared = state.alike > 1.0 ? fmt::format(" that {:.3g} neighbours share", state.alike) : "";
  auto const bridged = state.bridged > 0 ? fmt::format(", {} of them bridged for mollifiers", state.bridged) : "";
  return fmt::format("data  {}: noise {:.4g}{}{}{}, {} points not observed{}", state.name, state.sigma, grows, counted, shared, state.gaps, bridged);
}

std::string describe_traffic(double bytes, run::Stages const& stages, std::string const& phase) {
  constexpr double least = 1e6;
  double seconds = 0.0;
  for (auto const& [name, spent] : stages.seconds())
    if (name == phase) seconds = spent;
  return bytes < least || seconds <= 0.0 ? "" : fmt::format("{:.3g} GB at {:.2g} GB/s", bytes / 1e9, bytes / seconds / 1e9);
}

double bytes_of(std::vector<observations::State> const& states, grid::Grid const& grid) {
  double count = 0.0;
  for (auto const& state : states) count += state.unobserved || state.points || state.localisations ? 0.0 : 1.0;
  return 8.0 * count * static_cast<double>(grid.points());
}

std::string describe_outliers(problem::Problem const& problem, estimate::Estimate const& estimate) {
  std::string text;
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const& state = problem.states[s];
    if (state.loss == observations::Loss::gaussian) continue;
    text += fmt::format("{}data  {}: {:.0f} of {} set aside as outliers (/observations/{}{})", text.empty() ? "" : "\n",
                        state.name, estimate::set_aside(problem, estimate, s), state.observed(problem.grid), state.name,
                        state.points ? "" : "_trust");
  }
  return text;
}

std::string describe_unobserved(problem::Problem const& problem, uncertainty::Uncertainty const& uncertainty) {
  std::string text;
  for (auto const& found : uncertainty.unobserved) {
    auto const& name = problem.states[found.state].name;
    text += fmt::format("{}state {}: not observed; varies by {:.4g}, known to {:.2g}{}", text.empty() ? "" : "\n", name,
                        found.size, found.error,
                        found.mean_known ? ""
                                         : fmt::format(" up to a constant: its mean, known to {:.2g}, is a guess",
                                                       found.error_of_mean));
  }
  return text;
}

std::string describe(estimate::Validation const& validation) {
  return fmt::format("held out: {} {} predicted, {:.4g} of their noise off (root mean square; 1 where equation and noise "
                     "are right)", validation.points, validation.of_states ? "observations" : "residuals", validation.misfit);
}

std::string describe_failure(deck::Deck const& deck, estimate::Estimate const& estimate) {
  return fmt::format("{}: the fit broke down in {}; {} holds the last finite estimate: look for extreme values of smoothness weight, penalty, "
                     "initial, noise and known fields, and for data that say nothing of a parameter",
                     deck.path, estimate.failure, deck.output_directory);
}

}  // namespace mollis::results
