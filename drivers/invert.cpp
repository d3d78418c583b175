// mollis invert: deck -> grid -> observations -> jets -> residuals -> fit -> files.
#include <fmt/format.h>

#include "drivers/drivers.hpp"
#include "drivers/joint.hpp"
#include "drivers/results.hpp"
#include "inverse/build_system.hpp"
#include "inverse/tune.hpp"
#include "observations/make_grid.hpp"
#include "petsc/options.hpp"
#include "run/progress.hpp"
#include "run/stage.hpp"

namespace mollis::drivers {
namespace {

/// The known fields, and on which axes each depends.
struct Known {
  std::vector<observations::KnownField> fields;
  inverse::Dependence dependence;
};

Known read_fields(grid::Grid const& grid, deck::Deck const& deck) {
  Known known;
  for (auto const& [name, values] : deck.fields) {
    known.fields.emplace_back(grid, values);
    std::vector<bool> depends(static_cast<std::size_t>(grid.dimension()), false);
    for (int const axis : known.fields.back().axes()) depends[static_cast<std::size_t>(axis)] = true;
    known.dependence.push_back(depends);
  }
  return known;
}

/// Writes what was found automatically into the deck: the effective deck repeats this run without any choice.
void freeze(deck::Deck& deck, inverse::Tuned const& tuned, inverse::Problem const& problem) {
  auto const& states = problem.states;
  deck.mollifier = tuned.mollifier;
  for (std::size_t p = 0; p < deck.parameters.size(); ++p) deck.parameters[p].second.smoothness_weight = tuned.beta[p];
  for (std::size_t s = 0; s < states.size(); ++s) deck.observations[s].second.noise = states[s].sigma;
  bool const corrected = inverse::NoiseBias::applies(deck.inversion, problem.space, problem.system);
  deck.inversion.bias_correction = corrected ? "on" : "off";
}

/// Jets of the data, then the parameters alone.
Outcome fit_equation(inverse::Problem const& problem, run::Stages& stages) {
  auto tuned = [&] {
    run::Stages::Scope const stage(stages, "tune");
    return inverse::tune(problem);
  }();
  auto chosen = problem.deck;
  freeze(chosen, tuned, problem);
  problem.progress.say(describe(chosen));
  auto const candidate = [&] {
    run::Stages::Scope const stage(stages, "jets");
    return std::make_unique<inverse::Candidate>(problem, tuned.mollifier, problem.deck.inversion.tolerance);
  }();
  problem.progress.say(describe_points(problem, *candidate));
  inverse::Fit fit;
  fit.x = std::move(tuned.x);
  fit.beta = tuned.beta;
  {
    run::Stages::Scope const stage(stages, "solve");
    candidate->equation().fit(fit, problem.deck.inversion.reweight);
  }
  return outcome_of(problem, chosen, *candidate, fit, tuned);
}

}  // namespace

run::Exit invert(MPI_Comm comm, deck::Deck deck, CommandLine const& command) {
  run::Stages stages;
  run::Progress progress(comm);
  inverse::build_system(deck, inverse::Dependence(deck.fields.size(), std::vector<bool>(deck.grid.axes.size(), true)));
  petsc::offer_tao_options(TAOBNTR);
  if (deck.inversion.method == "joint") petsc::offer_tao_options(TAONLS, "joint_");

  auto const grid = observations::make_grid(comm, deck);
  progress.say(describe(grid));

  auto [states, known] = [&] {
    run::Stages::Scope const stage(stages, "read");
    return std::pair(observations::read_states(grid, deck), read_fields(grid, deck));
  }();
  for (auto const& state : states) progress.say(describe(state));

  auto const system = inverse::build_system(deck, known.dependence);
  inverse::ParameterSpace const space(grid, deck.parameters, system);
  inverse::Problem const problem{grid, deck, system, space, states, known.fields, progress};

  auto const outcome = deck.inversion.method == "joint" ? fit_jointly(problem, states, stages) : fit_equation(problem, stages);
  petsc::reject_unused_options();
  return write_results(problem, outcome, command, stages);
}

}  // namespace mollis::drivers
