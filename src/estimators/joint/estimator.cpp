#include "estimators/joint/estimator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimate/parameters.hpp"
#include "estimate/rounding.hpp"
#include "estimators/joint/around.hpp"
#include "estimators/joint/fit.hpp"
#include "estimators/joint/kept.hpp"
#include "parameters/transform.hpp"
#include "petsc/options.hpp"

namespace mollis::joint {
namespace {

using estimate::Choices;
using estimate::Estimate;
using estimate::Quantities;
using problem::Problem;

constexpr double unexplained = 1.5;  ///< chi2 from which the noise is not all of what the fit leaves
constexpr int most_raised = 3;
constexpr double least_variation = 1.0;  ///< degrees of freedom of a field beyond those that its smoothness leaves free
constexpr double hidden_freedom = 12.0;  ///< and of what a field without them may hide,
constexpr double most_hidden = 0.07;     ///< which may be so much of its size: half the variance of a tenth

/// sum_k w_k (dR_k/dp)^2, pieces.
std::vector<Field> sensitivities(Problem const& problem, Objective const& objective) {
  auto const& space = problem.space();
  std::vector<Field> pieces;
  for (std::size_t p = 0; p < space.unknowns().size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    Field const full("sensitivity", static_cast<std::size_t>(problem.grid.local_size()));
    Field const weight = make_field("weight", problem.grid.local_size());
    for (std::size_t k = 0; k < objective.weights().equation.size(); ++k) {
      Field const slope = objective.slope(k, p);
      Kokkos::deep_copy(weight, objective.weights().equation[k]);
      kernels::add_product(weight, slope, slope, full);
    }
    Field const piece("sensitivity", static_cast<std::size_t>(unknown.grid.local_size()));
    kernels::sum_over_axes(full, problem.grid.owned().extents(), space.strides(static_cast<int>(p)), piece);
    auto const host = on_host(piece);
    MPI_Allreduce(MPI_IN_PLACE, host.data(), static_cast<int>(host.extent(0)), MPI_DOUBLE, MPI_SUM, unknown.sharers);
    Kokkos::deep_copy(piece, host);
    pieces.push_back(piece);
  }
  return pieces;
}

/// The splines as a mollifier.
mollifier::Settings splines(Lattice const& lattice) {
  mollifier::Settings settings;
  settings.kernel = "spline";
  settings.automatic = false;
  settings.degree = lattice.degree();
  for (int a = 0; a < lattice.grid().dimension(); ++a)
    settings.radius[lattice.grid().axis(a).name] = {{-1, lattice.is_smooth(a) ? (lattice.degree() - 1) / 2 : 0}};
  return settings;
}

std::unique_ptr<Objective> make_objective(Problem const& problem) {
  return std::make_unique<Objective>(problem, Lattice(problem.grid, problem.system(), problem.settings.joint.spline_degree));
}

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

/// What each field may hide that its automatic weight has left without a degree of freedom of its own: the deviation of one of hidden_freedom, which
/// the data would not have told from none. 0 of all others. Collective.
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

/// Fields that may hide as much as matters. Collective.
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

/// beta over f / <p, L p>, f the degrees of freedom of p: the weight that the fitted field supports (MacKay's fixed point). Of fields that were
/// made stiffer than the evidence has them, or by hand, more than 1: that much rougher they are than their prior says. Collective.
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

bool shares_noise(std::vector<observations::State> const& states) {
  return std::any_of(states.begin(), states.end(), [](auto const& state) { return state.alike > 1.0; });
}

/// sum (H S g - d)^2 / sigma^2 by the data's own noise, which weights hold for more where neighbours share it. Collective.
double own_misfit(Problem const& problem, Objective const& objective, std::vector<Field> const& predicted) {
  auto const weights = objective.row_weights().data;
  double sum = 0.0;
  for (std::size_t s = 0; s < predicted.size(); ++s) {
    auto const& state = problem.states[s];
    if (state.unobserved) continue;
    auto const found = on_host(predicted[s]), data = on_host(state.data), weight = on_host(weights[s]);
    for (std::size_t i = 0; i < data.extent(0); ++i)
      if (std::isfinite(data(i))) sum += weight(i) * state.alike * (found(i) - data(i)) * (found(i) - data(i));
  }
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, problem.grid.comm());
  return sum;
}

/// All that is known once states and parameters are: x, at which the objective is linearised.
Estimate estimate_at(std::unique_ptr<Problem const> problem, std::unique_ptr<Objective> objective, petsc::Vector x) {
  auto const& space = problem->space();
  Estimate out;
  out.parameters = space.make_vector();
  objective->take_parameters(x, out.parameters);
  out.sensitivities = sensitivities(*problem, *objective);
  parameters::square_by_value(space, space.scatter(out.parameters), out.sensitivities);
  for (std::size_t s = 0; s < problem->states.size(); ++s) {
    out.states.push_back(objective->state(static_cast<int>(s)));
    out.noise.push_back(problem->states[s].sigma);
    out.predicted.push_back(objective->predicted(static_cast<int>(s)));
    out.trust.push_back(objective->trust(s));
  }
  out.residuals = objective->residuals();
  out.weights = objective->row_weights().equation;
  out.mask = objective->mask();
  out.smoother = splines(objective->lattice());
  objective->set_overweight(overweight(*problem, *objective));
  objective->set_hidden(hidden(*problem, *objective));
  out.ends = collapsed(*problem, *objective, out.parameters);
  out.smoothness = objective->weights().smoothness;
  out.penalty = objective->weights().equation;
  double const counted = objective->counted();
  out.misfit_chi2 = counted > 0.0 ? objective->parts().misfit / counted : 0.0;  // nothing observed, nothing missed
  if (shares_noise(problem->states)) out.misfit_chi2 = own_misfit(*problem, *objective, out.predicted) / counted;
  out.linear = std::make_unique<Around>(std::move(problem), std::move(objective), std::move(x));
  return out;
}

run::Named<run::Table> tables_of(Problem const& problem, std::vector<Trial> const& trials) {
  run::Named<run::Table> tables;
  for (std::size_t p = 0; p < problem.space().unknowns().size(); ++p) {
    run::Table table{{"weight", {}}, {"penalty", {}}, {"misfit", {}}, {"freedom", {}}, {"change", {}}};
    for (auto const& trial : trials) {
      double const values[] = {trial.smoothness[p], trial.equation, trial.misfit, trial.freedom, trial.change};
      for (std::size_t c = 0; c < table.size(); ++c) table[c].second.push_back(values[c]);
    }
    tables.emplace_back("/sweep/" + problem.space().unknowns()[p].name, table);
  }
  return tables;
}

/// What a fit by averages that fail leaves to the one after it.
void keep_failure(checkpoint::Keeper& keeper) {
  Quantities kept;
  kept.put("fail", {1.0});
  keeper.keep("fit/averages", kept);
}

/// Where averages fail the fit is begun again from the start, with factors of the Hessian: at which step they fail is chance, as rounding moves
/// counts of iterations, and weights chosen with them are others. From then on they have failed.
Estimate fit_once(Problem const& given, Choices const& choices, run::Stages& stages, bool& averages_fail) {
  auto problem = std::make_unique<Problem const>(given);
  std::unique_ptr<Objective> objective;
  auto const make = [&] {
    run::Stages::Scope const stage(stages, "jets");
    objective.reset();
    objective = make_objective(*problem);
    objective->set_averages_fail(averages_fail);
  };
  make();
  problem->progress.say(fmt::format("fit   states on {} lattice points, splines of degree {}, with the parameters",
                                    objective->lattice().extended().points(), objective->lattice().degree()));
  if (auto const how = Preconditioner::describe(*objective); !how.empty()) problem->progress.say("fit   " + how);
  auto const solve = [&] {
    run::Stages::Scope const stage(stages, "solve");
    return fit(*objective, choices.start);
  };
  auto fitted = solve();
  if (fitted.averages_fail) {
    averages_fail = true;
    problem->keeper->drop("fit");
    keep_failure(*problem->keeper);
    make();
    problem->progress.say(fmt::format("fit   averages do not serve; from the start, {}", Preconditioner::describe(*objective)));
    fitted = solve();
  }
  auto tables = tables_of(*problem, fitted.trials);
  auto out = estimate_at(std::move(problem), std::move(objective), std::move(fitted.x));
  out.trials = std::move(tables);
  out.converged = fitted.converged;
  out.unsettled = fitted.unsettled;
  out.failure = fitted.failure;
  out.steps = fitted.newton;
  out.objective = fitted.objective;
  out.gradient = fitted.gradient;
  return out;
}

/// The noise that the fit leaves, where the data's own is automatic and not all of it; else nothing.
std::vector<double> raised_noise(Problem const& problem, double chi2) {
  if (chi2 < unexplained) return {};
  std::vector<double> raised;
  for (auto const& state : problem.states) {
    if (!state.automatic && !state.unobserved) return {};
    raised.push_back(state.unobserved ? state.sigma : state.sigma * estimate::rounded_weight(std::sqrt(chi2)));
  }
  for (std::size_t s = 0; s < raised.size(); ++s)
    if (!problem.states[s].unobserved)
      problem.progress.say(
          fmt::format("data  {}: the equation leaves {:.2g} times the noise: again with {:.4g} for {:.4g}",
                      problem.states[s].name, std::sqrt(chi2), raised[s], problem.states[s].sigma));
  return raised;
}

}  // namespace

void Estimator::offer_options() const {
  petsc::offer_tao_options(TAOBNTR);  // of the fit that some start from
  petsc::offer_tao_options(TAONLS, "joint_");
}

Estimate Estimator::estimate(Problem const& problem, Choices const& choices, run::Stages& stages) {
  auto& keeper = *problem.keeper;
  auto const* kept = keeper.kept("fit/noise");
  int const first = kept != nullptr ? static_cast<int>(kept->numbers("times").front()) : 0;
  bool averages_fail = keeper.kept("fit/averages") != nullptr;
  auto out = fit_once(kept != nullptr ? problem.with_noise(kept->numbers("noise")) : problem, choices, stages, averages_fail);
  for (int i = first; i < most_raised && out.failure.empty(); ++i) {
    auto const raised = raised_noise(problem.with_noise(out.noise), out.misfit_chi2);
    if (raised.empty()) break;
    out = {};
    keeper.drop("fit");
    if (averages_fail) keep_failure(keeper);
    Quantities again;
    again.put("noise", raised);
    again.put("times", {i + 1.0});
    keeper.keep("fit/noise", again);
    out = fit_once(problem.with_noise(raised), choices, stages, averages_fail);
  }
  return out;
}

Quantities Estimator::save(Problem const& problem, Estimate const& estimate) const {
  Quantities kept;
  estimate::put_parameters(problem.space(), estimate, kept);
  kept.put("noise", estimate.noise);
  kept.put("penalty", estimate.penalty);
  auto const& around = dynamic_cast<Around const&>(*estimate.linear);
  kept.put("sizes", around.objective().sizes());
  put_coefficients(around.objective(), around.solution(), kept);
  kept.put("told", around.objective().told());
  kept.put("averages_fail", {around.objective().averages_fail() ? 1.0 : 0.0});
  kept.put("mask", problem.grid, estimate.mask);
  return kept;
}

Estimate Estimator::restore(Problem const& given, Quantities const& quantities) {
  auto problem = std::make_unique<Problem const>(given.with_noise(quantities.numbers("noise")));
  auto objective = make_objective(*problem);
  Estimate kept;
  estimate::take_parameters(problem->space(), quantities, kept);
  objective->set_averages_fail(quantities.numbers("averages_fail").front() > 0.0);
  objective->set_told(quantities.numbers("told"));
  objective->set_sizes(quantities.numbers("sizes"));
  objective->weights() = {quantities.numbers("penalty"), kept.smoothness};
  auto x = objective->make_vector();
  take_coefficients(*objective, quantities, x);
  objective->put_parameters(kept.parameters, x);
  Kokkos::deep_copy(objective->mask(), quantities.field("mask", problem->grid));
  objective->move_to(x);
  objective->reweigh();
  objective->linearise();
  auto out = estimate_at(std::move(problem), std::move(objective), std::move(x));
  out.converged = kept.converged;
  out.unsettled = kept.unsettled;
  out.steps = kept.steps;
  out.objective = kept.objective;
  out.gradient = kept.gradient;
  return out;
}

}  // namespace mollis::joint
