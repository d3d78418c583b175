#include "choices/choose.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "choices/ladder.hpp"
#include "choices/tune.hpp"
#include "estimators/methods.hpp"
#include "mollifier/radius_map.hpp"
#include "observations/outliers.hpp"
#include "run/error.hpp"

namespace mollis::choices {
namespace {

using estimate::Choices;
using problem::Problem;

/// The radii tried along each axis, a column an axis.
template <class Trial>
run::Table radius_columns(Problem const& problem, std::vector<Trial> const& trials) {
  run::Table table;
  for (std::size_t a = 0; a < problem.grid.axes().size(); ++a) {
    table.emplace_back("radius_" + problem.grid.axes()[a].name, std::vector<double>());
    for (auto const& trial : trials) table.back().second.push_back(static_cast<double>(trial.radii[a]));
  }
  return table;
}

template <class Trial, class Value>
void add_column(run::Table& table, char const* name, std::vector<Trial> const& trials, Value&& value) {
  table.emplace_back(name, std::vector<double>());
  for (auto const& trial : trials) table.back().second.push_back(value(trial));
}

run::Named<run::Table> tables_of(Problem const& problem, Tuned const& tuned) {
  run::Named<run::Table> tables;
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

Choices tuned_choices(Problem const& problem) {
  auto tuned = tune(problem);
  Choices choices;
  choices.trials = tables_of(problem, tuned);
  choices.mollifier = std::move(tuned.mollifier);
  choices.smoothness = std::move(tuned.beta);
  choices.ends = std::move(tuned.ends);
  choices.start = std::move(tuned.x);
  return choices;
}

bool starts_at_first_guess(Problem const& problem) {
  auto const& unknowns = problem.space().unknowns();
  return unknowns.size() == 1 && !unknowns.front().axes.empty() && unknowns.front().settings.initial;
}

/// All entries at their mean: how large a field is, whatever its unit; its shape is better found with the states.
void level(Vec x) {
  PetscScalar sum = 0.0;
  PetscInt entries = 0;
  petsc::check(VecSum(x, &sum));
  petsc::check(VecGetSize(x, &entries));
  petsc::check(VecSet(x, sum / static_cast<double>(entries)));
}

/// The size of one field, by a fit from x. Passes of weights that do not settle lead wherever rounding has them: then by the first pass.
void fit_level(equation_error::EquationError& equation, equation_error::Fit& fit, Vec x, int passes, checkpoint::Keeper& keeper) {
  if (!fit.settled && passes > 1) {
    fit.x = petsc::like(x);
    petsc::check(VecCopy(x, fit.x));
    checkpoint::Keeper::Scope const part(keeper, "first");
    equation.fit(fit, 1, keeper);
  }
  level(fit.x);
}

/// Whether data can be mollified: they stand on the grid, with room for a footprint between gaps.
bool can_mollify(Problem const& problem) {
  auto const& states = problem.states;
  if (std::any_of(states.begin(), states.end(),
                  [](auto const& state) { return state.points != nullptr || state.unobserved; }))
    return false;
  return !problem.settings.mollifier.automatic || Ladder(problem.grid, problem.settings.mollifier.degree).finds_room(problem.grid, states);
}

/// Where an equation-error fit of the mollified data has the parameters.
Choices mollified_start(Problem const& problem) {
  Choices choices;
  choices.mollifier = problem.settings.mollifier;
  auto clean = problem;
  observations::leave_spikes_out(problem.grid, problem.mask, clean.states);
  auto tuned = tune(clean);
  equation_error::Candidate candidate(clean, tuned.mollifier, problem.settings.inversion.tolerance);
  equation_error::Fit fit;
  fit.x = petsc::like(tuned.x);
  petsc::check(VecCopy(tuned.x, fit.x));
  fit.beta = tuned.beta;
  int const passes = problem.settings.inversion.reweight;
  candidate.equation().fit(fit, passes, *problem.keeper);
  if (problem.space().unknowns().size() == 1) fit_level(candidate.equation(), fit, tuned.x, passes, *problem.keeper);
  choices.start = std::move(fit.x);
  return choices;
}

/// Where the parameters of a method that fits states start. Data may have room for a footprint and leave none a residual: states need no such.
Choices starting_choices(Problem const& problem) {
  if (!starts_at_first_guess(problem) && can_mollify(problem)) {
    try {
      return mollified_start(problem);
    } catch (run::Error const& error) {
      if (error.code() != run::Exit::bad_data) throw;
      problem.progress.say("start at the first guess of the parameters: no point of the mollified data carries a finite residual");
    }
  }
  Choices choices;
  choices.mollifier = problem.settings.mollifier;
  choices.start = parameters::first_guess(problem.space());
  return choices;
}

}  // namespace

Choices choose(Problem const& problem, run::Stages& stages) {
  checkpoint::Keeper::Scope const part(*problem.keeper, "choose");
  bool const fits_states = estimators::method_named(problem.settings.inversion.method).fits_states;
  run::Stages::Scope const stage(stages, fits_states ? "start" : "tune");
  if (fits_states) return starting_choices(problem);
  auto choices = tuned_choices(problem);
  problem.progress.say(describe(problem, choices));
  return choices;
}

std::string describe(Problem const& problem, Choices const& choices) {
  std::vector<std::string> radii, weights;
  for (auto const& [axis, by_order] : choices.mollifier.radius)
    for (auto const& [order, radius] : by_order)
      radii.push_back(order < 0 ? fmt::format("{} {}", axis, radius) : fmt::format("{}({}) {}", axis, order, radius));
  if (auto const& map = choices.mollifier.map; !map.rungs.empty()) {
    auto const levels = mollifier::levels_of(problem.grid, map);
    radii.clear();
    for (auto const& axis : problem.grid.axes()) {
      auto const at = [&](double level) { return mollifier::radius_at(map, axis.name, level); };
      radii.push_back(fmt::format("{} {:.3g} to {:.3g} (median {:.3g})", axis.name, at(levels.least), at(levels.most), at(levels.median)));
    }
  }
  for (std::size_t p = 0; p < choices.smoothness.size(); ++p)
    weights.push_back(fmt::format("{} {:.4g}", problem.space().unknowns()[p].name, choices.smoothness[p]));
  return fmt::format("uses  mollifier radius {} cells; smoothness weight {}", fmt::join(radii, ", "), fmt::join(weights, ", "));
}

}  // namespace mollis::choices
