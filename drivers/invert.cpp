// mollis invert: deck -> grid -> observations -> problem -> choices -> estimate -> uncertainty -> verdict -> files.
#include "choices/choose.hpp"
#include "drivers/drivers.hpp"
#include "estimators/make/make_estimator.hpp"
#include "petsc/options.hpp"
#include "problem/from_deck.hpp"
#include "problem/make_grid.hpp"
#include "results/describe.hpp"
#include "results/take.hpp"
#include "results/write.hpp"
#include "uncertainty/smoothing_bias.hpp"

namespace mollis::drivers {

run::Exit invert(MPI_Comm comm, deck::Deck const& deck, CommandLine const& command) {
  run::Stages stages;
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
  auto const uncertainty = [&] {
    run::Stages::Scope const stage(stages, "uncertainty");
    auto sure = uncertainty::quantify(problem, estimate, problem.settings.uncertainty, progress.krylov());
    uncertainty::add_smoothing_bias(problem, estimate, *estimator, sure);
    return sure;
  }();
  auto const verdict = verdict::judge(problem, choices, estimate, uncertainty);
  results::write(problem, deck, {estimate, uncertainty, verdict}, command.text, stages, set);
  progress.say(verdict::describe(verdict));
  return verdict.status() == verdict::Status::sound ? run::Exit::converged : run::Exit::not_converged;
}

}  // namespace mollis::drivers
