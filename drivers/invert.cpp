// mollis invert: deck -> grid -> observations -> problem -> choices -> estimate -> files.
#include "choices/choose.hpp"
#include "drivers/drivers.hpp"
#include "estimators/make/make_estimator.hpp"
#include "petsc/options.hpp"
#include "problem/from_deck.hpp"
#include "problem/make_grid.hpp"
#include "results/describe.hpp"
#include "results/take.hpp"
#include "results/write.hpp"

namespace mollis::drivers {

run::Exit invert(MPI_Comm comm, deck::Deck const& deck, CommandLine const& command, run::Stages& stages) {
  run::Progress progress(comm);
  auto set = results::take(comm, deck, command.overwrite, true);
  auto const estimator = estimators::make_estimator(deck.inversion.method);
  estimator->offer_options();

  auto const grid = problem::make_grid(comm, deck);
  progress.say(results::describe(grid));
  auto const problem = [&] {
    run::Stages::Scope const stage(stages, "read");
    return problem::from_deck(grid, deck, progress);
  }();
  for (auto const& state : problem.states) progress.say(results::describe(state));

  auto const choices = choices::choose(problem, stages);
  auto const estimate = estimator->estimate(problem, choices, stages);
  petsc::reject_unused_options();
  results::write(problem, deck, estimate, command.text, stages, set);
  if (!estimate.failure.empty()) progress.complain(results::describe_failure(deck, estimate));
  return estimate.converged ? run::Exit::converged : run::Exit::not_converged;
}

}  // namespace mollis::drivers
