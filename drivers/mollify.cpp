// mollis mollify: smoothed states and the derivatives that [mollify] lists, each with its standard error.
#include <fmt/format.h>

#include "choices/smoothing_radii.hpp"
#include "deck/effective.hpp"
#include "drivers/drivers.hpp"
#include "io/result_file.hpp"
#include "mollifier/filters.hpp"
#include "mollifier/smooth.hpp"
#include "observations/growing_noise.hpp"
#include "petsc/options.hpp"
#include "problem/make_grid.hpp"
#include "problem/mask.hpp"
#include "problem/memory.hpp"
#include "problem/sizes.hpp"
#include "results/describe.hpp"
#include "results/radii.hpp"
#include "results/summary.hpp"
#include "results/take.hpp"
#include "run/progress.hpp"
#include "run/provenance.hpp"

namespace mollis::drivers {

run::Exit mollify(MPI_Comm comm, deck::Deck deck, CommandLine const& command, run::Stages& stages) {
  run::Progress const progress(comm, command.listener);
  auto const grid = problem::make_data_grid(comm, deck);
  auto const set = choices::derivatives_of(deck.derivatives, grid);
  mollifier::check_filters(grid, deck.mollifier, false, set);
  problem::require_room(deck, problem::obstacle(grid, problem::bytes_per_point(deck), run::machine_of(comm)));
  auto files = results::take(comm, deck, command.overwrite, false);
  progress.say(results::describe(grid));
  auto const states = [&] {
    run::Stages::Scope const stage(stages, "read");
    return observations::read_states(grid, deck.observations, problem::make_mask(grid, deck.grid));
  }();
  for (auto const& state : states) progress.say(results::describe(state));

  if (deck.mollifier.automatic) deck.mollifier = choices::smoothing_radii(grid, deck.mollifier, states, set);

  io::ResultFile file(grid, files);
  for (auto const& state : states) {
    auto const smooth = [&] {
      run::Stages::Scope const stage(stages, "jets");
      return mollifier::smooth(grid, deck.mollifier, state.to_mollify(), state.sigma, set);
    }();
    run::Stages::Scope const stage(stages, "write");
    file.write("/observations/" + state.name, grid, observations::as_observed(state, state.data));
    for (auto const& derivative : smooth) {
      auto const name = derivative.suffix.empty() ? "/state/" + state.name : "/derivatives/" + state.name + "_" + derivative.suffix;
      file.write(name, grid, derivative.suffix.empty() ? observations::as_observed(state, derivative.values) : derivative.values);
      file.write(name + "_error", grid, derivative.error);
    }
  }
  results::write_radii(grid, deck.mollifier.map, file);
  for (std::size_t s = 0; s < states.size(); ++s)
    if (auto& noise = deck.observations[s].second.noise; observations::is_constant(noise)) noise = observations::as_given(states[s], states[s].sigma);
  io::Attributes facts;
  for (auto const& [key, value] : run::provenance(comm, command.text)) facts.emplace_back(key, value);
  facts.emplace_back("deck", deck.text);
  facts.emplace_back("effective_deck", deck::effective(deck));
  file.add_attributes(facts);
  petsc::reject_unused_options();
  files.write_text("deck.toml", deck::effective(deck));
  file.commit();
  files.commit(results::mollify_summary(grid, deck, states, stages));
  progress.say("wrote " + deck.output_directory);
  return run::Exit::converged;
}

}  // namespace mollis::drivers
