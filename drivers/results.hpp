#pragma once
/// What an inversion leaves behind: result.h5 and .xmf, summary.json, history.csv, deck.toml, and a few lines for the
/// terminal.
#include <string>

#include "drivers/drivers.hpp"
#include "inverse/tune.hpp"
#include "run/stage.hpp"

namespace mollis::drivers {

struct Results {
  inverse::Problem const& problem;
  deck::Deck const& chosen;          ///< the deck with every automatic pick in
  inverse::Candidate& candidate;
  inverse::Fit& fit;
  inverse::Tuned const& tuned;
  CommandLine const& command;
};

/// Writes everything into the output directory; prints the scores. Returns converged or not_converged. Collective.
run::Exit write_results(Results const& results, run::Stages& stages);

/// Lines for the log.
std::string describe(grid::Grid const& grid);
std::string describe(observations::State const& state);
std::string describe(deck::Deck const& chosen);
/// How many points carry a residual, and what gaps cost. run::Error bad_data where none does. Collective.
std::string describe_points(inverse::Problem const& problem, inverse::Candidate& candidate);

}  // namespace mollis::drivers
