#include "drivers/results.hpp"

#include <fmt/format.h>

#include <cmath>

#include "deck/effective.hpp"
#include "drivers/summary.hpp"
#include "io/text.hpp"
#include "run/provenance.hpp"

namespace mollis::drivers {
namespace {

/// exp of a fitted logarithm where transform = "log".
Field as_parameter(parameters::Unknown const& unknown, Field const& fitted) {
  if (!unknown.settings.log) return fitted;
  auto const host = on_host(fitted);
  Field out = make_field("parameter", static_cast<Index>(fitted.extent(0)));
  auto const values = Kokkos::create_mirror_view(out);
  for (std::size_t i = 0; i < host.extent(0); ++i) values(i) = std::exp(host(i));
  Kokkos::deep_copy(out, values);
  return out;
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
    kernels::evaluate(copy, {{values.data(), parameters::strides_over(grid, known.axes())}}, {out.data()}, grid.owned().extents());
  Kokkos::fence();
  return out;
}

void write_fields(problem::Problem const& problem, Outcome const& outcome, std::vector<Field> const& parameters,
                  std::vector<Field> const& truths, io::ResultFile& file) {
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    auto const& unknown = problem.space().unknowns()[p];
    file.write("/parameters/" + unknown.name, unknown.grid, parameters[p]);
    file.write("/parameters/" + unknown.name + "_weight", unknown.grid, outcome.sensitivities[p]);
    if (unknown.settings.truth) file.write("/truth/" + unknown.name, unknown.grid, truths[p]);
  }
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const& state = problem.states[s];
    file.write("/state/" + state.name, problem.grid, observations::as_observed(state, outcome.states[s]));
    file.write("/observations/" + state.name, problem.grid, observations::as_observed(state, state.data));
  }
  auto const& residuals = outcome.residuals;
  for (std::size_t k = 0; k < residuals.size(); ++k)
    file.write(residuals.size() == 1 ? std::string("/residual") : fmt::format("/residual_{}", k + 1), problem.grid, residuals[k]);
}

void write_records(problem::Problem const& problem, deck::Deck const& deck, Outcome const& outcome, CommandLine const& command, io::ResultFile& file) {
  for (auto const& [name, table] : outcome.tables) file.write_table(name, table);
  io::Attributes facts;
  for (auto const& [key, value] : run::provenance(problem.grid.comm(), command.text)) facts.emplace_back(key, value);
  facts.emplace_back("deck", deck.text);
  std::string overrides;
  for (auto const& entry : deck.overrides) overrides += entry + "\n";
  facts.emplace_back("overrides", overrides);
  facts.emplace_back("effective_deck", deck::effective(outcome.chosen));
  file.add_attributes(facts);
}

}  // namespace

run::Exit write_results(problem::Problem const& problem, deck::Deck const& deck, Outcome const& outcome, CommandLine const& command, run::Stages& stages) {
  auto const& space = problem.space();
  MPI_Comm const comm = problem.grid.comm();
  auto const fitted = space.scatter(outcome.x);
  std::vector<Field> parameters, truths;
  for (std::size_t p = 0; p < fitted.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    parameters.push_back(as_parameter(unknown, fitted[p]));
    truths.push_back(unknown.settings.truth ? over_all(unknown.grid, observations::KnownField(unknown.grid, *unknown.settings.truth)) : Field());
  }
  auto const directory = outcome.chosen.output_directory;
  {
    run::Stages::Scope const stage(stages, "write");
    io::ResultFile file(problem.grid, directory);
    write_fields(problem, outcome, parameters, truths, file);
    write_records(problem, deck, outcome, command, file);
    file.commit();
    io::write_text_atomically(comm, directory + "/history.csv", problem.progress.history());
    io::write_text_atomically(comm, directory + "/deck.toml", deck::effective(outcome.chosen));
  }
  auto const summary = summarise(problem, outcome, parameters, truths, stages);
  io::write_text_atomically(comm, directory + "/summary.json", summary.dump(2) + "\n");
  problem.progress.say(table_of(summary));
  problem.progress.say("wrote " + directory);
  return outcome.converged ? run::Exit::converged : run::Exit::not_converged;
}

}  // namespace mollis::drivers
