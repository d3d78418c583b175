#include "drivers/results.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "deck/effective.hpp"
#include "drivers/summary.hpp"
#include "inverse/filters.hpp"
#include "io/result_file.hpp"
#include "io/text.hpp"
#include "run/provenance.hpp"

namespace mollis::drivers {
namespace {

/// exp of a fitted logarithm where transform = "log".
Field as_parameter(inverse::Unknown const& unknown, Field const& fitted) {
  if (!unknown.deck.log) return fitted;
  auto const host = on_host(fitted);
  Field out = make_field("parameter", static_cast<Index>(fitted.extent(0)));
  auto const values = Kokkos::create_mirror_view(out);
  for (std::size_t i = 0; i < host.extent(0); ++i) values(i) = std::exp(host(i));
  Kokkos::deep_copy(out, values);
  return out;
}

/// sum W (dR/dNAME)^2 of every parameter: the diagonal of J^T W J (over NAME itself, also where its logarithm is fitted).
std::vector<Field> sensitivities(Results const& r, std::vector<Field> const& parameters) {
  auto const& space = r.problem.space;
  auto pieces = r.candidate.equation().sensitivity(r.fit.x, r.fit.weights);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (!space.unknowns()[p].deck.log) continue;
    auto const value = on_host(parameters[p]);
    auto const host = on_host(pieces[p]);
    for (std::size_t i = 0; i < host.extent(0); ++i) host(i) /= value(i) * value(i);
    Kokkos::deep_copy(pieces[p], host);
  }
  return pieces;
}

/// A known field spread over all points of a grid.
Field over_all(grid::Grid const& grid, observations::KnownField const& known) {
  kernels::Tape copy;
  copy.code = {{kernels::Op::input, 0, 0, 0, 0.0}};
  copy.registers = copy.inputs = 1;
  copy.outputs = {0};
  Field out = make_field("field", grid.local_size());
  Field const values = known.derivative({});
  if (grid.local_size() > 0)
    kernels::evaluate(copy, {{values.data(), inverse::strides_over(grid, known.axes())}}, {out.data()}, grid.owned().extents());
  Kokkos::fence();
  return out;
}

/// The mollified states: jets of order 0 at the radii of the fit.
Field mollified(Results const& r, std::size_t state) {
  auto const order = mollifier::MultiIndex{};
  auto filters = inverse::make_filters(r.problem.grid, r.tuned.mollifier, r.chosen.equation.weak, {order});
  mollifier::Jets const jets(r.problem.grid, std::move(filters), {order});
  auto const& data = r.problem.states[state].data;
  auto const values = jets.apply(data);
  auto const refit = r.chosen.equation.weak ? std::nullopt : inverse::make_refit(jets, r.tuned.mollifier, data);
  if (refit) refit->apply(data, values);
  return values.front();
}

io::Table radius_table(inverse::Problem const& problem, std::vector<inverse::RadiusTrial> const& trials) {
  io::Table table;
  for (std::size_t a = 0; a < problem.grid.axes().size(); ++a) {
    table.emplace_back("radius_" + problem.grid.axes()[a].name, std::vector<double>());
    for (auto const& trial : trials) table.back().second.push_back(static_cast<double>(trial.radii[a]));
  }
  table.emplace_back("bias", std::vector<double>());
  table.emplace_back("variance", std::vector<double>());
  for (auto const& trial : trials) {
    table[table.size() - 2].second.push_back(trial.bias);
    table.back().second.push_back(trial.variance);
  }
  return table;
}

io::Table weight_table(inverse::Problem const& problem, std::vector<inverse::RiskTrial> const& trials, std::size_t p) {
  io::Table table;
  for (std::size_t a = 0; a < problem.grid.axes().size(); ++a) {
    table.emplace_back("radius_" + problem.grid.axes()[a].name, std::vector<double>());
    for (auto const& trial : trials) table.back().second.push_back(static_cast<double>(trial.radii[a]));
  }
  io::Table const columns{{"weight", {}}, {"risk", {}}};
  table.insert(table.end(), columns.begin(), columns.end());
  for (auto const& trial : trials) {
    table[table.size() - 2].second.push_back(trial.weights[p]);
    table.back().second.push_back(trial.risk);
  }
  return table;
}

void write_fields(Results const& r, std::vector<Field> const& parameters, std::vector<Field> const& truths, io::ResultFile& file) {
  auto const& space = r.problem.space;
  auto const weights = sensitivities(r, parameters);
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    file.write("/parameters/" + unknown.name, unknown.grid, parameters[p]);
    file.write("/parameters/" + unknown.name + "_weight", unknown.grid, weights[p]);
    if (unknown.deck.truth) file.write("/truth/" + unknown.name, unknown.grid, truths[p]);
  }
  for (std::size_t s = 0; s < r.problem.states.size(); ++s) {
    file.write("/state/" + r.problem.states[s].name, r.problem.grid, mollified(r, s));
    file.write("/observations/" + r.problem.states[s].name, r.problem.grid, r.problem.states[s].data);
  }
  r.candidate.model().move_to(space.scatter(r.fit.x));
  auto const residuals = r.candidate.model().residuals();
  for (std::size_t k = 0; k < residuals.size(); ++k)
    file.write(residuals.size() == 1 ? std::string("/residual") : fmt::format("/residual_{}", k + 1), r.problem.grid, residuals[k]);
}

void write_records(Results const& r, io::ResultFile& file) {
  if (!r.tuned.radius_trials.empty()) file.write_table("/sweep/radius", radius_table(r.problem, r.tuned.radius_trials));
  if (!r.tuned.risk_trials.empty())
    for (std::size_t p = 0; p < r.problem.space.unknowns().size(); ++p)
      file.write_table("/sweep/" + r.problem.space.unknowns()[p].name, weight_table(r.problem, r.tuned.risk_trials, p));
  io::Attributes facts;
  for (auto const& [key, value] : run::provenance(r.problem.grid.comm(), r.command.text)) facts.emplace_back(key, value);
  facts.emplace_back("deck", r.problem.deck.text);
  std::string overrides;
  for (auto const& entry : r.problem.deck.overrides) overrides += entry + "\n";
  facts.emplace_back("overrides", overrides);
  facts.emplace_back("effective_deck", deck::effective(r.chosen));
  file.add_attributes(facts);
}

}  // namespace

run::Exit write_results(Results const& r, run::Stages& stages) {
  auto const& space = r.problem.space;
  MPI_Comm const comm = r.problem.grid.comm();
  auto const fitted = space.scatter(r.fit.x);
  std::vector<Field> parameters, truths;
  for (std::size_t p = 0; p < fitted.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    parameters.push_back(as_parameter(unknown, fitted[p]));
    truths.push_back(unknown.deck.truth ? over_all(unknown.grid, observations::KnownField(unknown.grid, *unknown.deck.truth)) : Field());
  }
  auto const directory = r.chosen.output_directory;
  {
    run::Stages::Scope const stage(stages, "write");
    io::ResultFile file(r.problem.grid, directory);
    write_fields(r, parameters, truths, file);
    write_records(r, file);
    file.commit();
    io::write_text_atomically(comm, directory + "/history.csv", r.problem.progress.history());
    io::write_text_atomically(comm, directory + "/deck.toml", deck::effective(r.chosen));
  }
  auto const summary = summarise(r, parameters, truths, stages);
  io::write_text_atomically(comm, directory + "/summary.json", summary.dump(2) + "\n");
  r.problem.progress.say(table_of(summary));
  r.problem.progress.say("wrote " + directory);
  return r.fit.converged ? run::Exit::converged : run::Exit::not_converged;
}

}  // namespace mollis::drivers
