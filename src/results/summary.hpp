#pragma once
/// summary.json: what came out, with scores where a truth is known.
#include <nlohmann/json.hpp>

#include "deck/deck.hpp"
#include "estimate/estimate.hpp"
#include "kernels/field.hpp"
#include "problem/problem.hpp"
#include "results/outcome.hpp"
#include "run/stage.hpp"

namespace mollis::results {

/// The keys of the contract (docs/files.md). parameters and truths are the local pieces of every unknown; curves as of tables_of_curves.
/// Collective.
nlohmann::ordered_json summarise(problem::Problem const& problem, Outcome const& outcome, std::vector<Field> const& parameters,
                                 std::vector<Field> const& truths, run::Named<run::Table> const& curves, run::Stages const& stages);

/// The summary of `mollis mollify`: noise, radii, times. Collective.
nlohmann::ordered_json mollify_summary(grid::Grid const& grid, deck::Deck const& deck,
                                       std::vector<observations::State> const& states, run::Stages const& stages);

/// A few lines of it for the terminal.
std::string table_of(nlohmann::ordered_json const& summary);

}  // namespace mollis::results
