#include "drivers/joint.hpp"

#include <fmt/format.h>

#include <cmath>

#include "estimators/joint/fit.hpp"

namespace mollis::drivers {
namespace {

constexpr double unexplained = 1.5;  ///< chi2 from which the noise is not all of what the fit leaves
constexpr int most_raised = 3;

/// sum_k w_k (dR_k/dNAME)^2, as NAME itself enters the residuals.
std::vector<Field> sensitivities(problem::Problem const& problem, joint::Objective const& objective, Vec x) {
  auto const fitted = problem.space().scatter(x);
  std::vector<Field> pieces;
  for (std::size_t p = 0; p < problem.space().unknowns().size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    Field const full("sensitivity", static_cast<std::size_t>(problem.grid.local_size()));
    for (std::size_t k = 0; k < objective.weights().equation.size(); ++k) {
      Field const a = objective.slope(k, p), w = make_field("weight", problem.grid.local_size());
      Kokkos::deep_copy(w, objective.weights().equation[k]);
      kernels::add_product(w, a, a, full);
    }
    Field const piece("sensitivity", static_cast<std::size_t>(unknown.grid.local_size()));
    kernels::sum_over_axes(full, problem.grid.owned().extents(), problem.space().strides(static_cast<int>(p)), piece);
    auto const host = on_host(piece), logarithm = on_host(fitted[p]);
    MPI_Allreduce(MPI_IN_PLACE, host.data(), static_cast<int>(host.extent(0)), MPI_DOUBLE, MPI_SUM, unknown.sharers);
    for (std::size_t i = 0; i < host.extent(0) && unknown.settings.log; ++i) host(i) *= std::exp(-2.0 * logarithm(i));
    Kokkos::deep_copy(piece, host);
    pieces.push_back(piece);
  }
  return pieces;
}

/// Constants, and several parameters at once, may be far from their first guess, and states smoothed with wrong ones do
/// not let go of them: an equation-error fit finds where to start. A field alone starts at its first guess.
petsc::Vector first_guess(problem::Problem const& problem, run::Stages& stages) {
  auto const& unknowns = problem.space().unknowns();
  auto const is_constant = [](parameters::Unknown const& unknown) { return unknown.axes.empty(); };
  if (unknowns.size() == 1 && !is_constant(unknowns.front())) return parameters::first_guess(problem.space());
  run::Stages::Scope const stage(stages, "start");
  auto tuned = choices::tune(problem);
  equation_error::Candidate candidate(problem, tuned.mollifier, problem.settings.inversion.tolerance);
  equation_error::Fit fit;
  fit.x = std::move(tuned.x);
  fit.beta = tuned.beta;
  candidate.equation().fit(fit, problem.settings.inversion.reweight);
  return std::move(fit.x);
}

io::Table table_of(std::vector<joint::Trial> const& trials, std::size_t p) {
  io::Table table{{"weight", {}}, {"penalty", {}}, {"misfit", {}}, {"freedom", {}}, {"change", {}}};
  for (auto const& trial : trials) {
    double const values[] = {trial.smoothness[p], trial.equation, trial.misfit, trial.freedom, trial.change};
    for (std::size_t c = 0; c < table.size(); ++c) table[c].second.push_back(values[c]);
  }
  return table;
}

deck::Deck frozen(problem::Problem const& problem, deck::Deck deck, joint::Objective const& objective) {
  for (std::size_t p = 0; p < deck.parameters.size(); ++p)
    deck.parameters[p].second.smoothness_weight = objective.weights().smoothness[p];
  for (std::size_t s = 0; s < problem.states.size(); ++s) deck.observations[s].second.noise = problem.states[s].sigma;
  if (objective.weights().equation.size() == 1) deck.joint.penalty = objective.weights().equation.front();
  return deck;
}

Outcome fit_once(problem::Problem const& problem, deck::Deck const& deck, run::Stages& stages) {
  auto objective = [&] {
    run::Stages::Scope const stage(stages, "jets");
    return std::make_unique<joint::Objective>(problem,
                                              joint::Lattice(problem.grid, problem.system(), problem.settings.joint.spline_degree));
  }();
  problem.progress.say(fmt::format("fit   states on {} lattice points, splines of degree {}, with the parameters",
                                   objective->lattice().extended().points(), objective->lattice().degree()));
  auto const first = first_guess(problem, stages);
  auto fitted = [&] {
    run::Stages::Scope const stage(stages, "solve");
    return joint::fit(*objective, first);
  }();
  Outcome outcome;
  outcome.x = problem.space().make_vector();
  objective->take_parameters(fitted.x, outcome.x);
  outcome.chosen = frozen(problem, deck, *objective);
  outcome.beta = objective->weights().smoothness;
  outcome.sensitivities = sensitivities(problem, *objective, outcome.x);
  Index observed = 0;
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    outcome.states.push_back(objective->state(static_cast<int>(s)));
    observed += problem.grid.points() - problem.states[s].gaps;
  }
  outcome.residuals = objective->residuals();
  outcome.mask = {objective->mask()};
  outcome.misfit_chi2 = objective->parts().misfit / static_cast<double>(observed);
  outcome.converged = fitted.converged;
  outcome.newton = fitted.newton;
  outcome.objective = fitted.objective;
  outcome.gradient = fitted.gradient;
  for (std::size_t p = 0; p < problem.space().unknowns().size(); ++p)
    outcome.tables.emplace_back("/sweep/" + problem.space().unknowns()[p].name, table_of(fitted.trials, p));
  auto radii = nlohmann::ordered_json::object();
  for (int a = 0; a < problem.grid.dimension(); ++a)
    radii[problem.grid.axis(a).name] = objective->lattice().is_smooth(a) ? (objective->lattice().degree() - 1) / 2 : 0;
  outcome.details["mollifier"] = {{"kernel", "spline"}, {"radius", radii}, {"degree", objective->lattice().degree()}};
  outcome.details["penalty"] = objective->weights().equation;
  return outcome;
}

/// Whether automatic noise was raised to what the fit leaves of the data.
bool raise_noise(deck::Deck const& deck, std::vector<observations::State>& states, double chi2, run::Progress const& progress) {
  if (chi2 < unexplained) return false;
  for (auto const& [name, observation] : deck.observations)
    if (!std::holds_alternative<run::Automatic>(observation.noise)) return false;
  for (auto& state : states) {
    double const before = state.sigma;
    state.sigma *= std::sqrt(chi2);
    progress.say(fmt::format("data  {}: the equation leaves {:.2g} times the noise: again with {:.4g} for {:.4g}", state.name,
                             std::sqrt(chi2), state.sigma, before));
  }
  return true;
}

}  // namespace

Outcome fit_jointly(problem::Problem& problem, deck::Deck const& deck, run::Stages& stages) {
  auto outcome = fit_once(problem, deck, stages);
  for (int i = 0; i < most_raised && raise_noise(deck, problem.states, outcome.misfit_chi2, problem.progress); ++i) {
    outcome = {};
    outcome = fit_once(problem, deck, stages);
  }
  return outcome;
}

}  // namespace mollis::drivers
