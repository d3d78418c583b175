#include "estimators/joint/estimator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimate/parameters.hpp"
#include "estimate/rounding.hpp"
#include "estimators/joint/around.hpp"
#include "estimators/joint/field_freedom.hpp"
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
  objective->set_down();
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

/// What fits of the same data have found.
struct Learned {
  bool averages_fail = false;
  std::vector<double> noise;    ///< raised, one a state; empty: not
  int times_raised = 0;

  void keep(checkpoint::Keeper& keeper) const {
    Quantities kept;
    kept.put("averages_fail", {averages_fail ? 1.0 : 0.0});
    kept.put("noise", noise);
    kept.put("times", {static_cast<double>(times_raised)});
    keeper.keep("fit/learned", kept);
  }
  static Learned kept_in(checkpoint::Keeper& keeper) {
    auto const* kept = keeper.kept("fit/learned");
    if (kept == nullptr) return {};
    return {kept->numbers("averages_fail").front() > 0.0, kept->numbers("noise"), static_cast<int>(kept->numbers("times").front())};
  }
};

/// Where averages fail the fit is begun again from the start, with factors of the Hessian: at which step they fail is chance, as rounding moves
/// counts of iterations, and weights chosen with them are others. From then on they have failed.
Estimate fit_once(Problem const& given, Choices const& choices, run::Stages& stages, Learned& learned) {
  auto problem = std::make_unique<Problem const>(given);
  std::unique_ptr<Objective> objective;
  auto const make = [&] {
    run::Stages::Scope const stage(stages, "jets");
    objective.reset();
    objective = make_objective(*problem);
    objective->set_averages_fail(learned.averages_fail);
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
    learned.averages_fail = true;
    problem->keeper->drop("fit");
    learned.keep(*problem->keeper);
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
  auto learned = Learned::kept_in(keeper);
  auto const fitted = [&] { return fit_once(learned.noise.empty() ? problem : problem.with_noise(learned.noise), choices, stages, learned); };
  auto out = fitted();
  while (learned.times_raised < most_raised && out.failure.empty()) {
    auto raised = raised_noise(problem.with_noise(out.noise), out.misfit_chi2);
    if (raised.empty()) break;
    out = {};
    learned.noise = std::move(raised);
    ++learned.times_raised;
    keeper.drop("fit");
    learned.keep(keeper);
    out = fitted();
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
  kept.put_still("mask", problem.grid, estimate.mask);
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
