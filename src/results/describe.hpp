#pragma once
/// Lines for the log. Not collective.
#include <string>

#include "deck/deck.hpp"
#include "estimate/estimate.hpp"
#include "estimate/validation.hpp"
#include "grid/grid.hpp"
#include "observations/states.hpp"
#include "run/stage.hpp"
#include "uncertainty/uncertainty.hpp"

namespace mollis::results {

std::string describe(grid::Grid const& grid);
std::string describe(observations::State const& state);
/// "0.21 GB at 1.3 GB/s", by the seconds of a phase that reads or writes, its preparations included; empty below a megabyte.
std::string describe_traffic(double bytes, run::Stages const& stages, std::string const& phase);
/// What the grids of observations hold [bytes].
double bytes_of(std::vector<observations::State> const& states, grid::Grid const& grid);
/// How many data were set aside as outliers, a line a state whose loss does that; may be empty. Collective.
std::string describe_outliers(problem::Problem const& problem, estimate::Estimate const& estimate);
/// What is known of states that were not observed, a line each; may be empty. Not collective.
std::string describe_unobserved(problem::Problem const& problem, uncertainty::Uncertainty const& uncertainty);
/// What held-out observations say of it.
std::string describe(estimate::Validation const& validation);
/// Why an estimate failed, and what to do.
std::string describe_failure(deck::Deck const& deck, estimate::Estimate const& estimate);

}  // namespace mollis::results
