#include "results/write.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "deck/effective.hpp"
#include "io/result_file.hpp"
#include "parameters/transform.hpp"
#include "results/curves.hpp"
#include "results/describe.hpp"
#include "results/effective.hpp"
#include "results/gather.hpp"
#include "results/radii.hpp"
#include "results/summary.hpp"
#include "run/provenance.hpp"

namespace mollis::results {
namespace {

/// A known field spread over all points of a grid.
Field over_all(grid::Grid const& grid, observations::KnownField const& known) {
  kernels::Tape copy;
  copy.code = {{kernels::Op::input, 0, 0, 0, 0.0}};
  copy.registers = copy.inputs = 1;
  copy.outputs = {0};
  Field out = make_field("field", grid.local_size());
  Field const values = known.derivative({});
  if (grid.local_size() > 0)
    kernels::evaluate(copy, {{values.data(), parameters::strides_over(grid, known.axes())}}, {out.data()}, grid.owned().extents());
  Kokkos::fence();
  return out;
}

/// NaN outside the domain; `inside` empty: as it is.
Field inside_only(Field const& inside, Field const& field) {
  if (inside.label().empty()) return field;
  Field const out = make_field("within", static_cast<Index>(field.extent(0)));
  auto const host = Kokkos::create_mirror_view(out);
  auto const values = on_host(field), domain = on_host(inside);
  for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = domain(i) != 0.0 ? values(i) : NAN;
  Kokkos::deep_copy(out, host);
  return out;
}

Field domain_of(problem::Problem const& problem, std::size_t p) { return problem.inside.empty() ? Field() : problem.inside[p]; }

void write_uncertainty(problem::Problem const& problem, uncertainty::Uncertainty const& uncertainty, io::ResultFile& file) {
  if (!uncertainty.computed) return;
  auto const& unknowns = problem.space().unknowns();
  for (std::size_t p = 0; p < unknowns.size(); ++p) {
    file.write("/parameters/" + unknowns[p].name + "_std", unknowns[p].grid, inside_only(domain_of(problem, p), uncertainty.deviation[p]));
    file.write("/parameters/" + unknowns[p].name + "_known", unknowns[p].grid, inside_only(domain_of(problem, p), uncertainty.known[p]));
  }
  for (auto const& found : uncertainty.unobserved)
    file.write("/state/" + problem.states[found.state].name + "_std", problem.grid,
               inside_only(problem.mask, found.deviation));
  for (std::size_t p = 0; p < uncertainty.samples.size(); ++p)
    for (std::size_t k = 0; k < uncertainty.samples[p].second.size(); ++k)
      file.write(fmt::format("/samples/{}_{}", unknowns[p].name, k + 1), unknowns[p].grid, inside_only(domain_of(problem, p), uncertainty.samples[p].second[k]));
}

/// /observations/NAME as columns: the axes, value, sigma and what the fitted state says there, a row a point, in the
/// file's order. and, where outliers are set aside, how far it counts.
void write_points(problem::Problem const& problem, std::size_t s, estimate::Estimate const& estimate,
                  io::ResultFile& file) {
  auto const& state = problem.states[s];
  auto const& points = *state.points;
  auto const value = on_host(state.data), fitted = on_host(estimate.predicted[s]), shape = on_host(state.shape),
             trust = on_host(estimate.trust[s]);
  std::vector<std::vector<double>> rows;  // number, coordinates, value, sigma, fitted
  for (std::size_t i = 0; i < points.number.size(); ++i) {
    rows.push_back({static_cast<double>(points.number[i])});
    for (auto const& x : points.coordinates) rows.back().push_back(x[i]);
    rows.back().insert(rows.back().end(), {value(i) + state.about, state.sigma * (shape.extent(0) > 0 ? shape(i) : 1.0),
                                           fitted(i) + state.about, trust.extent(0) > 0 ? trust(i) : 1.0});
  }
  std::size_t const width = problem.grid.axes().size() + 5;
  auto const all = gathered(problem.grid.comm(), rows, width);
  io::Table table;
  for (auto const& axis : problem.grid.axes()) table.emplace_back(axis.name, std::vector<double>());
  for (char const* const name : {"value", "sigma", "fitted", "trust"}) table.emplace_back(name, std::vector<double>());
  if (state.loss == observations::Loss::gaussian) table.pop_back();
  for (auto const& row : all)
    for (std::size_t c = 0; c < table.size(); ++c) table[c].second.push_back(row[c + 1]);
  file.write_table("/observations/" + state.name, table);
}

/// /residual, numbered where there are several; of experiments /residual_EXPERIMENT, /residual_1_EXPERIMENT.
std::string residual_name(deck::Deck const& deck, std::size_t k) {
  auto const of_one = deck.equation.residuals.size();
  auto name = of_one == 1 ? std::string("/residual") : fmt::format("/residual_{}", k % of_one + 1);
  return deck.experiments.empty() ? name : name + "_" + deck.experiments[k / of_one].name;
}

void write_fields(problem::Problem const& problem, deck::Deck const& deck, Outcome const& outcome, std::vector<Field> const& parameters,
                  std::vector<Field> const& truths, io::ResultFile& file) {
  auto const& estimate = outcome.estimate;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    file.write("/parameters/" + unknown.name, unknown.grid, parameters[p]);
    file.write("/parameters/" + unknown.name + "_weight", unknown.grid, inside_only(domain_of(problem, p), estimate.sensitivities[p]));
    if (unknown.settings.truth) file.write("/truth/" + unknown.name, unknown.grid, truths[p]);
  }
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const& state = problem.states[s];
    file.write("/state/" + state.name, problem.grid, inside_only(problem.mask, observations::as_observed(state, estimate.states[s])));
    if (state.unobserved) continue;
    if (state.points)
      write_points(problem, s, estimate, file);
    else
      file.write("/observations/" + state.name, problem.grid, observations::as_observed(state, state.data));
    bool const weighed = s < estimate.trust.size() && !estimate.trust[s].label().empty();
    if (weighed && !state.points) file.write("/observations/" + state.name + "_trust", problem.grid, estimate.trust[s]);
  }
  auto const& residuals = estimate.residuals;
  for (std::size_t k = 0; k < residuals.size(); ++k) file.write(residual_name(deck, k), problem.grid, inside_only(problem.mask, residuals[k]));
  write_radii(problem.grid, estimate.smoother.map, file);
}

void write_records(problem::Problem const& problem, deck::Deck const& deck, estimate::Estimate const& estimate,
                   std::string const& command, std::string const& effective_deck, io::ResultFile& file) {
  for (auto const& [name, table] : estimate.trials) file.write_table(name, table);
  io::Attributes facts;
  for (auto const& [key, value] : run::provenance(problem.grid.comm(), command)) facts.emplace_back(key, value);
  facts.emplace_back("deck", deck.text);
  std::string overrides;
  for (auto const& entry : deck.overrides) overrides += entry + "\n";
  facts.emplace_back("overrides", overrides);
  facts.emplace_back("effective_deck", effective_deck);
  file.add_attributes(facts);
}

}  // namespace

void write(problem::Problem const& problem, deck::Deck const& deck, Outcome const& outcome, std::string const& command,
           run::Stages& stages, io::ResultSet& set) {
  auto const& space = problem.space();
  auto const& estimate = outcome.estimate;
  auto const fitted = space.scatter(estimate.parameters);
  std::vector<Field> values, truths;
  for (std::size_t p = 0; p < fitted.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    values.push_back(inside_only(domain_of(problem, p), parameters::value_of(unknown, fitted[p])));
    truths.push_back(unknown.settings.truth ? over_all(unknown.grid, observations::KnownField(unknown.grid, *unknown.settings.truth)) : Field());
  }
  auto const curves = tables_of_curves(problem, deck, outcome);
  auto const effective_deck = deck::effective(effective(deck, problem, estimate));
  {
    run::Stages::Scope const stage(stages, "write");
    set.write_text("history.csv", problem.progress.history());
    set.write_text("deck.toml", effective_deck);
    io::ResultFile file(problem.grid, set);
    write_fields(problem, deck, outcome, values, truths, file);
    write_uncertainty(problem, outcome.uncertainty, file);
    for (auto const& [name, curve] : curves) file.write_table("/curves/" + name, curve);
    write_records(problem, deck, estimate, command, effective_deck, file);
    file.commit();
  }
  auto const summary = summarise(problem, outcome, values, truths, curves, stages);
  set.commit(summary);
  problem.progress.say(table_of(summary));
  std::error_code unknown;
  auto const size = problem.grid.rank() == 0 ? std::filesystem::file_size(deck.output_directory + "/result.h5", unknown) : 0;
  auto const traffic = describe_traffic(unknown ? 0.0 : static_cast<double>(size), stages, "write");
  problem.progress.say("wrote " + deck.output_directory + (traffic.empty() ? "" : ", " + traffic));
}

}  // namespace mollis::results
