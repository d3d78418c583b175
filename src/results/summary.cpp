#include "results/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/pointwise.hpp"
#include "mollifier/radius_map.hpp"
#include "results/curves.hpp"
#include "scores/score.hpp"

namespace mollis::results {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no word for numbers that are not finite.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json numbers(std::vector<double> const& values) {
  Json json = Json::array();
  for (double const value : values) json.push_back(number(value));
  return json;
}

Json json_of(scores::Score const& score, bool field) {
  Json json;
  if (field) json["correlation"] = score.correlation ? Json(*score.correlation) : Json();
  json["relative_l2"] = number(score.relative_l2);
  json["max_relative"] = number(score.max_relative);
  return json;
}

/// `deviation`: empty where it is not known.
Json truth_scores(parameters::ParameterSpace const& space, parameters::Unknown const& unknown, Field const& piece, Field const& truth,
                  Field const& deviation) {
  bool const field = unknown.grid.dimension() > 0;
  auto const score = [&](bool core) {
    Json json = json_of(scores::score(space, unknown, piece, truth, core), field);
    if (!deviation.label().empty()) json["coverage95"] = scores::coverage95(space, unknown, piece, truth, deviation, core);
    return json;
  };
  Json json = score(false);
  if (!field) return json;
  Json core = score(true);
  core.erase("max_relative");
  core["rim"] = scores::core_rim(unknown.grid);
  json["core"] = core;
  return json;
}

/// "standard_error" of a parameter, of constants "correlations" with the others.
void add_uncertainty(problem::Problem const& problem, uncertainty::Uncertainty const& uncertainty, std::size_t p, Json& entry) {
  auto const& space = problem.space();
  auto const& unknown = space.unknowns()[p];
  if (!uncertainty.computed) {
    entry["standard_error"] = nullptr;
    return;
  }
  auto const& constants = uncertainty.constants;
  bool const determined = std::isfinite(constants.deviation_of(p));
  entry["standard_error"] = number(determined ? scores::mean_of(space, unknown, uncertainty.deviation[p], true) : NAN);
  if (!unknown.axes.empty()) return;
  entry["correlations"] = Json::object();
  auto const own = static_cast<std::size_t>(std::find(constants.unknowns.begin(), constants.unknowns.end(), p) - constants.unknowns.begin());
  for (std::size_t j = 0; j < constants.unknowns.size(); ++j)
    if (j != own) entry["correlations"][space.unknowns()[constants.unknowns[j]].name] = number(constants.correlation(own, j));
}

Json verdict_json(verdict::Verdict const& verdict) {
  Json json{{"status", verdict::name_of(verdict.status())}, {"reasons", Json::array()}, {"checks", Json::array()}};
  for (auto const& check : verdict.reasons())
    json["reasons"].push_back({{"check", check.name}, {"value", number(check.value)}, {"bound", check.bound},
                               {"finding", check.finding}, {"advice", check.advice}});
  for (auto const& check : verdict.checks)
    json["checks"].push_back({{"check", check.name}, {"value", number(check.value)}, {"bound", check.bound}, {"holds", check.holds()}});
  return json;
}

Json validation_json(estimate::Validation const& validation) {
  return {{"points", validation.points}, {"misfit", number(validation.misfit)}, {"of", validation.of_states ? "states" : "residuals"}};
}

/// Cells by axis; where they vary over the domain, the least, the median and the greatest. Collective.
Json radius_json(grid::Grid const& grid, mollifier::Settings const& mollifier) {
  Json json = Json::object();
  if (auto const& map = mollifier.map; !map.rungs.empty()) {
    auto const levels = mollifier::levels_of(grid, map);
    for (auto const& axis : grid.axes())
      json[axis.name] = {{"min", mollifier::radius_at(map, axis.name, levels.least)}, {"median", mollifier::radius_at(map, axis.name, levels.median)},
                         {"max", mollifier::radius_at(map, axis.name, levels.most)}};
    return json;
  }
  for (auto const& [axis, by_order] : mollifier.radius) {
    if (by_order.size() == 1 && by_order.begin()->first < 0) {
      json[axis] = by_order.begin()->second;
      continue;
    }
    for (auto const& [order, radius] : by_order) json[axis][order < 0 ? "all" : std::to_string(order)] = radius;
  }
  return json;
}

double sum(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

double largest(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, comm);
  return value;
}

/// Seconds by phase (the slowest rank's) and peak memory.
void add_costs(grid::Grid const& grid, run::Stages const& stages, Json& json) {
  MPI_Comm const comm = grid.comm();
  json["seconds"]["total"] = largest(comm, stages.total());
  for (auto const& [name, seconds] : stages.seconds()) json["seconds"][name] = largest(comm, seconds);
  double const peak = run::peak_memory();
  json["memory"] = {{"peak_rss_bytes_max", largest(comm, peak)},
                    {"bytes_per_point", sum(comm, peak) / static_cast<double>(grid.points())}};
}

/// What was counted, of the states that are densities of localisations.
void add_localisations(std::vector<observations::State> const& states, Json& json) {
  for (auto const& state : states) {
    if (!state.localisations) continue;
    auto const& found = *state.localisations;
    json["localisations"][state.name] = {{"counted", found.counted}, {"outside_grid", found.outside}, {"outside_mask", found.masked}, {"cells_cut", found.cut},
                                         {"dispersion", number(found.dispersion)}};
  }
}

/// What was set aside, of states whose loss does that. Collective.
void add_outliers(problem::Problem const& problem, estimate::Estimate const& estimate, Json& json) {
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const& state = problem.states[s];
    if (state.loss == observations::Loss::gaussian) continue;
    double const count = estimate::set_aside(problem, estimate, s);
    json["outliers"][state.name] = {
        {"set_aside", static_cast<Index>(count)},
        {"share", count / std::max(static_cast<double>(state.observed(problem.grid)), 1.0)}};
  }
}

/// Noise that was found to grow with the values: sigma^2 = (proportional u)^2 + floor^2, or gain (u - offset).
void add_growth(std::vector<observations::State> const& states, Json& json) {
  for (auto const& state : states)
    if (state.grows)
      json["noise_growth"][state.name] = {{"proportional", state.grows->share}, {"floor", state.grows->floor}};
    else if (state.counted)
      json["noise_growth"][state.name] = {{"gain", state.counted->gain}, {"offset", state.counted->offset}};
}

/// What is known of states that were not observed.
void add_unobserved(problem::Problem const& problem, uncertainty::Uncertainty const& uncertainty, Json& json) {
  for (auto const& found : uncertainty.unobserved)
    json["states"][problem.states[found.state].name] = {{"observed", false},
                                                        {"deviation", number(found.size)},
                                                        {"standard_error", number(found.error)},
                                                        {"mean_known", found.mean_known},
                                                        {"standard_error_of_mean", number(found.error_of_mean)}};
}

/// Root mean square of the residuals over the points that carry one.
void residual_norms(problem::Problem const& problem, estimate::Estimate const& estimate, Json& json) {
  Field const& mask = estimate.mask;
  double square = 0.0;
  for (auto const& residual : estimate.residuals) square += kernels::triple_product(mask, residual, residual);
  MPI_Comm const comm = problem.grid.comm();
  double const points = sum(comm, kernels::triple_product(mask, mask, mask));
  json["residual_points"] = static_cast<Index>(points);
  json["residual_rms"] = number(std::sqrt(sum(comm, square) / std::max(points * static_cast<double>(estimate.residuals.size()), 1.0)));
  json["misfit_chi2"] = number(estimate.misfit_chi2);
}

}  // namespace

Json summarise(problem::Problem const& problem, Outcome const& outcome, std::vector<Field> const& parameters,
               std::vector<Field> const& truths, run::Named<run::Table> const& curves, run::Stages const& stages) {
  auto const& estimate = outcome.estimate;
  auto const& space = problem.space();
  Json json;
  json["status"] = !estimate.failure.empty() ? "failed" : estimate.converged ? "converged" : "not converged";
  if (!estimate.failure.empty()) json["failure"] = estimate.failure;
  json["verdict"] = verdict_json(outcome.verdict);
  json["method"] = problem.settings.inversion.method;
  json["ranks"] = problem.grid.ranks();
  json["points"] = problem.grid.points();
  json["mollifier"] = {{"kernel", estimate.smoother.kernel}, {"radius", radius_json(problem.grid, estimate.smoother)}, {"degree", estimate.smoother.degree}};
  if (!estimate.penalty.empty()) json["penalty"] = numbers(estimate.penalty);
  for (std::size_t s = 0; s < problem.states.size(); ++s)
    json["noise"][problem.states[s].name] = problem.states[s].unobserved ? Json() : Json(estimate.noise[s]);
  add_growth(problem.states, json);
  add_localisations(problem.states, json);
  add_outliers(problem, estimate, json);
  add_unobserved(problem, outcome.uncertainty, json);
  json["parameters"] = Json::object();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    auto const range = scores::range_of(space, unknown, parameters[p]);
    Json entry{{"min", number(range.min)}, {"max", number(range.max)}, {"mean", number(range.mean)},
               {"smoothness_weight", number(estimate.smoothness[p])}};
    add_uncertainty(problem, outcome.uncertainty, p, entry);
    auto const& deviation = outcome.uncertainty.deviation;
    if (unknown.settings.truth) entry["truth"] = truth_scores(space, unknown, parameters[p], truths[p], deviation.empty() ? Field() : deviation[p]);
    json["parameters"][unknown.name] = entry;
  }
  for (auto const& [name, curve] : curves) json["parameters"][name] = summary_of(curve);
  residual_norms(problem, estimate, json);
  if (outcome.validation) json["validation"] = validation_json(*outcome.validation);
  json["objective"] = number(estimate.objective);
  json["gradient"] = number(estimate.gradient);
  json["iterations"] = {{"newton", estimate.steps}, {"krylov", problem.progress.krylov()}};
  add_costs(problem.grid, stages, json);
  return json;
}

Json mollify_summary(grid::Grid const& grid, deck::Deck const& deck, std::vector<observations::State> const& states,
                     run::Stages const& stages) {
  Json json{{"status", "converged"}, {"method", "mollify"}, {"ranks", grid.ranks()}, {"points", grid.points()}};
  json["mollifier"] = {{"radius", radius_json(grid, deck.mollifier)}, {"degree", deck.mollifier.degree}};
  for (auto const& state : states) json["noise"][state.name] = state.sigma;
  add_growth(states, json);
  add_localisations(states, json);
  add_costs(grid, stages, json);
  return json;
}

std::string table_of(Json const& summary) {
  auto const shown = [](Json const& json, char const* key, int digits = 5) {
    return json.contains(key) && json.at(key).is_number() ? fmt::format("{:.{}g}", json.at(key).get<double>(), digits) : std::string("-");
  };
  std::string text = fmt::format("{:<12} {:>11} {:>11} {:>11} {:>11} {:>12} {:>12} {:>12} {:>12}\n", "parameter", "min", "mean", "max", "+-",
                                 "correlation", "rel. L2", "core corr.", "core rel. L2");
  for (auto const& [name, entry] : summary.at("parameters").items()) {
    Json const truth = entry.contains("truth") ? entry.at("truth") : Json::object();
    Json const core = truth.contains("core") ? truth.at("core") : Json::object();
    text += fmt::format("{:<12} {:>11} {:>11} {:>11} {:>11} {:>12} {:>12} {:>12} {:>12}\n", name, shown(entry, "min"), shown(entry, "mean"),
                        shown(entry, "max"), shown(entry, "standard_error"), shown(truth, "correlation"), shown(truth, "relative_l2"),
                        shown(core, "correlation"), shown(core, "relative_l2"));
  }
  text += fmt::format("{}: residual rms {}, chi2 {}, {} Newton and {} Krylov iterations, {:.2f} s",
                      summary.at("status").get<std::string>(), shown(summary, "residual_rms", 4), shown(summary, "misfit_chi2", 4),
                      summary.at("iterations").at("newton").get<int>(),
                      summary.at("iterations").at("krylov").get<int>(), summary.at("seconds").at("total").get<double>());
  return text;
}

}  // namespace mollis::results
