#pragma once
/// What an inversion leaves behind: result.h5 and .xmf, summary.json, history.csv, deck.toml (docs/files.md).
#include <string>

#include "deck/deck.hpp"
#include "estimate/estimate.hpp"
#include "io/result_set.hpp"
#include "problem/problem.hpp"
#include "results/outcome.hpp"
#include "run/stage.hpp"

namespace mollis::results {

/// Writes the set, puts it in its place and prints the scores. `command`: as typed. run::Error output_failed. Collective.
void write(problem::Problem const& problem, deck::Deck const& deck, Outcome const& outcome, std::string const& command,
           run::Stages& stages, io::ResultSet& set);

}  // namespace mollis::results
