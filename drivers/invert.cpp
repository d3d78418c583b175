// mollis invert: deck -> grid -> observations -> problem -> inference (choices, estimate, uncertainty, verdict) -> files.
#include <climits>

#include "deck/curves.hpp"
#include "drivers/drivers.hpp"
#include "inference/inference.hpp"
#include "inference/validate.hpp"
#include "problem/from_deck.hpp"
#include "problem/make_grid.hpp"
#include "problem/ranges.hpp"
#include "results/describe.hpp"
#include "results/restart.hpp"
#include "results/take.hpp"
#include "results/write.hpp"

namespace mollis::drivers {

run::Exit invert(MPI_Comm comm, deck::Deck const& asked, CommandLine const& command, run::Stages& stages) {
  run::Progress progress(comm, command.listener);
  auto set = results::take(comm, asked, command.overwrite, true);
  auto const keeper = results::make_keeper(comm, asked, results::inversion(asked, set.id()), command.restart, command.overwrite, progress, stages);
  inference::offer_options(asked.inversion.method);

  auto const grid = problem::make_grid(comm, asked);
  progress.say(results::describe(grid));
  auto deck = problem::with_ranges(grid, asked, stages);
  auto problem = [&] {
    run::Stages::Scope const stage(stages, "read");
    return problem::from_deck(grid, deck, progress);
  }();
  problem.keeper = keeper;
  deck::Named<Field> data;
  for (auto const& state : problem.states) data.emplace_back(state.name, state.data);
  results::identify_data(*keeper, results::identity_of_data(grid, data), deck.path);
  for (auto const& state : problem.states) progress.say(results::describe(state));
  if (auto const traffic = results::describe_traffic(results::bytes_of(problem.states, grid), stages, "read"); !traffic.empty())
    progress.say("data  read " + traffic);

  auto const answer = inference::infer(problem, stages, problem::finer_of(problem, deck, progress));
  for (int n = 0; n < answer.halvings; ++n) deck = deck::with_halved_intervals(deck, INT_MAX).value();
  auto const validation = inference::validate(*answer.problem, answer.estimate);
  try {
    results::write(*answer.problem, deck, {answer.estimate, answer.uncertainty, answer.verdict, validation}, command.text, stages, set);
  } catch (run::Error const&) {
    keeper->write_now();  // for the time when there is room for the results
    throw;
  }
  keeper->finish();
  if (!answer.estimate.failure.empty()) progress.complain(results::describe_failure(deck, answer.estimate));
  if (auto const outliers = results::describe_outliers(*answer.problem, answer.estimate); !outliers.empty())
    progress.say(outliers);
  if (auto const states = results::describe_unobserved(*answer.problem, answer.uncertainty); !states.empty())
    progress.say(states);
  if (validation) progress.say(results::describe(*validation));
  progress.say(verdict::describe(answer.verdict));
  return answer.verdict.status() == verdict::Status::sound ? run::Exit::converged : run::Exit::not_converged;
}

}  // namespace mollis::drivers
