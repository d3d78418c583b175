// mollis invert: deck -> grid -> observations -> jets -> residuals -> fit -> files.
#include <fmt/format.h>

#include "choices/tune.hpp"
#include "drivers/drivers.hpp"
#include "drivers/joint.hpp"
#include "drivers/results.hpp"
#include "petsc/options.hpp"
#include "problem/from_deck.hpp"
#include "problem/make_grid.hpp"
#include "run/progress.hpp"
#include "run/stage.hpp"

namespace mollis::drivers {
namespace {

/// Writes what was found automatically into the deck: the effective deck repeats this run without any choice.
void freeze(deck::Deck& deck, choices::Tuned const& tuned, problem::Problem const& problem) {
  auto const& states = problem.states;
  deck.mollifier = tuned.mollifier;
  for (std::size_t p = 0; p < deck.parameters.size(); ++p) deck.parameters[p].second.smoothness_weight = tuned.beta[p];
  for (std::size_t s = 0; s < states.size(); ++s) deck.observations[s].second.noise = states[s].sigma;
  bool const corrected = residual::NoiseBias::applies(deck.inversion, problem.space(), problem.system());
  deck.inversion.bias_correction = corrected ? "on" : "off";
}

/// Jets of the data, then the parameters alone.
Outcome fit_equation(problem::Problem const& problem, deck::Deck const& deck, run::Stages& stages) {
  auto tuned = [&] {
    run::Stages::Scope const stage(stages, "tune");
    return choices::tune(problem);
  }();
  auto chosen = deck;
  freeze(chosen, tuned, problem);
  problem.progress.say(describe(chosen));
  auto const candidate = [&] {
    run::Stages::Scope const stage(stages, "jets");
    return std::make_unique<equation_error::Candidate>(problem, tuned.mollifier, problem.settings.inversion.tolerance);
  }();
  problem.progress.say(describe_points(problem, *candidate));
  equation_error::Fit fit;
  fit.x = std::move(tuned.x);
  fit.beta = tuned.beta;
  {
    run::Stages::Scope const stage(stages, "solve");
    candidate->equation().fit(fit, problem.settings.inversion.reweight);
  }
  return outcome_of(problem, chosen, *candidate, fit, tuned);
}

}  // namespace

run::Exit invert(MPI_Comm comm, deck::Deck deck, CommandLine const& command) {
  run::Stages stages;
  run::Progress progress(comm);
  petsc::offer_tao_options(TAOBNTR);
  if (deck.inversion.method == "joint") petsc::offer_tao_options(TAONLS, "joint_");

  auto const grid = problem::make_grid(comm, deck);
  progress.say(describe(grid));

  auto problem = [&] {
    run::Stages::Scope const stage(stages, "read");
    return problem::from_deck(grid, deck, progress);
  }();
  for (auto const& state : problem.states) progress.say(describe(state));

  auto const outcome = deck.inversion.method == "joint" ? fit_jointly(problem, deck, stages) : fit_equation(problem, deck, stages);
  petsc::reject_unused_options();
  return write_results(problem, deck, outcome, command, stages);
}

}  // namespace mollis::drivers
