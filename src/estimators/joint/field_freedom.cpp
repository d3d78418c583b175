#include "estimators/joint/field_freedom.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/joint/spectrum.hpp"

namespace mollis::joint {
namespace {

using problem::Problem;

constexpr double least_variation = 1.0;  ///< degrees of freedom of a field beyond those that its smoothness leaves free
constexpr double hidden_freedom = 12.0;  ///< and of what a field without them may hide,
constexpr double most_hidden = 0.07;     ///< which may be so much of its size: half the variance of a tenth

/// Root mean square of a field in the domain; 1 of a logarithm. Collective.
double size_of(Problem const& problem, std::size_t p, Field const& piece) {
  auto const& unknown = problem.space().unknowns()[p];
  if (unknown.settings.log) return 1.0;
  auto const value = on_host(piece), inside = on_host(problem.inside.empty() ? Field() : problem.inside[p]);
  double sums[2] = {0.0, 0.0};
  for (std::size_t i = 0; unknown.owner && i < value.extent(0); ++i) {
    double const counts = inside.extent(0) == 0 ? 1.0 : inside(i);
    sums[0] += counts * value(i) * value(i);
    sums[1] += counts;
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, problem.grid.comm());
  return std::sqrt(sums[0] / std::max(sums[1], 1.0));
}

}  // namespace

std::vector<double> hidden(Problem const& problem, Objective& objective) {
  Spectrum spectrum(objective);
  spectrum.update(objective);
  std::vector<double> deviations;
  for (std::size_t u = 0; u < problem.space().unknowns().size(); ++u) {
    auto const& unknown = problem.space().unknowns()[u];
    bool const chosen = unknown.grid.dimension() > 0 && std::holds_alternative<run::Automatic>(unknown.settings.smoothness_weight);
    bool const varies = !chosen || spectrum.freedom(u, objective.weights().smoothness[u], objective.weights().equation) >= least_variation;
    deviations.push_back(varies ? 0.0 : spectrum.deviation_at(u, hidden_freedom));
  }
  return deviations;
}

std::vector<std::string> collapsed(Problem const& problem, Objective const& objective, Vec parameters) {
  auto const pieces = problem.space().scatter(parameters);
  std::vector<std::string> found;
  for (std::size_t u = 0; u < problem.space().unknowns().size(); ++u) {
    double const deviation = objective.hidden(u);
    if (deviation == 0.0 || deviation <= most_hidden * size_of(problem, u, pieces[u])) continue;
    found.push_back(fmt::format("the data show no variation of {} beyond what its smoothness leaves free, and would not show one of {:.2g}, which its standard "
                                "errors have", problem.space().unknowns()[u].name, deviation));
  }
  return found;
}

std::vector<double> overweight(Problem const& problem, Objective& objective) {
  Spectrum spectrum(objective);
  spectrum.update(objective);
  auto const& weights = objective.weights();
  std::vector<double> factors;
  for (std::size_t u = 0; u < problem.space().unknowns().size(); ++u) {
    double const supported = problem.space().unknowns()[u].axes.empty() ? 0.0 : spectrum.freedom(u, weights.smoothness[u], weights.equation);
    factors.push_back(supported > 0.0 ? std::max(weights.smoothness[u] * objective.parts().roughness[u] / supported, 1.0) : 1.0);
  }
  return factors;
}

}  // namespace mollis::joint
