// The outcome of an equation-error or pointwise fit.
#include <cmath>

#include "drivers/results.hpp"
#include "mollifier/filters.hpp"

namespace mollis::drivers {
namespace {

double sum(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

/// sum W (dR/dNAME)^2: the diagonal of J^T W J (over NAME itself, also where its logarithm is fitted).
std::vector<Field> sensitivities(problem::Problem const& problem, equation_error::Candidate& candidate, equation_error::Fit const& fit) {
  auto const fitted = problem.space().scatter(fit.x);
  auto pieces = candidate.equation().sensitivity(fit.x, fit.weights);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (!problem.space().unknowns()[p].settings.log) continue;
    auto const logarithm = on_host(fitted[p]);
    auto const host = on_host(pieces[p]);
    for (std::size_t i = 0; i < host.extent(0); ++i) host(i) *= std::exp(-2.0 * logarithm(i));
    Kokkos::deep_copy(pieces[p], host);
  }
  return pieces;
}

/// The mollified states: jets of order 0 at the radii of the fit.
Field mollified(problem::Problem const& problem, deck::Deck const& chosen, std::size_t state) {
  auto const order = mollifier::MultiIndex{};
  auto filters = mollifier::make_filters(problem.grid, chosen.mollifier, chosen.equation.weak, {order});
  mollifier::Jets const jets(problem.grid, std::move(filters), {order});
  auto const& data = problem.states[state].data;
  auto const values = jets.apply(data);
  auto const refit = chosen.equation.weak ? std::nullopt : mollifier::make_refit(jets, chosen.mollifier, data);
  if (refit) refit->apply(data, values);
  return values.front();
}

/// The radii tried along each axis, a column an axis.
template <class Trial>
io::Table radius_columns(problem::Problem const& problem, std::vector<Trial> const& trials) {
  io::Table table;
  for (std::size_t a = 0; a < problem.grid.axes().size(); ++a) {
    table.emplace_back("radius_" + problem.grid.axes()[a].name, std::vector<double>());
    for (auto const& trial : trials) table.back().second.push_back(static_cast<double>(trial.radii[a]));
  }
  return table;
}

template <class Trial, class Value>
void add_column(io::Table& table, char const* name, std::vector<Trial> const& trials, Value&& value) {
  table.emplace_back(name, std::vector<double>());
  for (auto const& trial : trials) table.back().second.push_back(value(trial));
}

std::vector<std::pair<std::string, io::Table>> tables_of(problem::Problem const& problem, choices::Tuned const& tuned) {
  std::vector<std::pair<std::string, io::Table>> tables;
  if (!tuned.radius_trials.empty()) {
    auto table = radius_columns(problem, tuned.radius_trials);
    add_column(table, "bias", tuned.radius_trials, [](auto const& trial) { return trial.bias; });
    add_column(table, "variance", tuned.radius_trials, [](auto const& trial) { return trial.variance; });
    tables.emplace_back("/sweep/radius", table);
  }
  for (std::size_t p = 0; p < problem.space().unknowns().size() && !tuned.risk_trials.empty(); ++p) {
    auto table = radius_columns(problem, tuned.risk_trials);
    add_column(table, "weight", tuned.risk_trials, [p](auto const& trial) { return trial.weights[p]; });
    add_column(table, "risk", tuned.risk_trials, [](auto const& trial) { return trial.risk; });
    tables.emplace_back("/sweep/" + problem.space().unknowns()[p].name, table);
  }
  return tables;
}

nlohmann::ordered_json radius_json(mollifier::Settings const& mollifier) {
  auto json = nlohmann::ordered_json::object();
  for (auto const& [axis, by_order] : mollifier.radius) {
    if (by_order.size() == 1 && by_order.begin()->first < 0) {
      json[axis] = by_order.begin()->second;
      continue;
    }
    for (auto const& [order, radius] : by_order) json[axis][order < 0 ? "all" : std::to_string(order)] = radius;
  }
  return json;
}

}  // namespace

Outcome outcome_of(problem::Problem const& problem, deck::Deck chosen, equation_error::Candidate& candidate, equation_error::Fit& fit,
                   choices::Tuned const& tuned) {
  Outcome outcome;
  outcome.sensitivities = sensitivities(problem, candidate, fit);
  for (std::size_t s = 0; s < problem.states.size(); ++s) outcome.states.push_back(mollified(problem, chosen, s));
  auto& model = candidate.model();
  model.move_to(problem.space().scatter(fit.x));
  outcome.residuals = model.residuals();
  outcome.mask = {model.mask()};
  double weighted = 0.0, points = 0.0;
  for (std::size_t k = 0; k < outcome.residuals.size(); ++k) {
    weighted += kernels::triple_product(fit.weights[k], outcome.residuals[k], outcome.residuals[k]);
    points += kernels::triple_product(model.mask(), model.mask(), model.mask());
  }
  MPI_Comm const comm = problem.grid.comm();
  outcome.misfit_chi2 = sum(comm, weighted) / std::max(sum(comm, points), 1.0);
  outcome.details["mollifier"] = {{"radius", radius_json(tuned.mollifier)}, {"degree", tuned.mollifier.degree}};
  outcome.tables = tables_of(problem, tuned);
  outcome.chosen = std::move(chosen);
  outcome.beta = fit.beta;
  outcome.converged = fit.converged;
  outcome.newton = fit.newton;
  outcome.objective = fit.objective;
  outcome.gradient = fit.gradient;
  outcome.x = std::move(fit.x);
  return outcome;
}

}  // namespace mollis::drivers
