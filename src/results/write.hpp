#pragma once
/// What an inversion leaves behind: result.h5 and .xmf, summary.json, history.csv, deck.toml (docs/files.md).
#include <string>

#include "deck/deck.hpp"
#include "estimate/estimate.hpp"
#include "problem/problem.hpp"
#include "run/stage.hpp"

namespace mollis::results {

/// Writes everything into the deck's output directory and prints the scores. `command`: as typed. run::Error output_failed.
/// Collective.
void write(problem::Problem const& problem, deck::Deck const& deck, estimate::Estimate const& estimate, std::string const& command,
           run::Stages& stages);

}  // namespace mollis::results
