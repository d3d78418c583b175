#pragma once
/// Parameters over a state, D(u), as users see them: values over the range of the state with their standard deviations.
#include <nlohmann/json.hpp>

#include "deck/deck.hpp"
#include "problem/problem.hpp"
#include "results/outcome.hpp"
#include "run/table.hpp"

namespace mollis::results {

/// One a curve of the deck (ranges known), at 101 values of the state: columns STATE, `value`, `std` (b^T C b, C the covariance of the
/// coefficients, b the splines there), `known` (1 - std^2 over the mean square of the curve), `data` (how many data lie nearest), and
/// `truth` where the deck has one. std and known are left out where they are not known. Collective.
run::Named<run::Table> tables_of_curves(problem::Problem const& problem, deck::Deck const& deck, Outcome const& outcome);

/// The entry of summary.json. Not collective.
nlohmann::ordered_json summary_of(run::Table const& curve);

/// The column, or nullptr.
std::vector<double> const* column(run::Table const& table, std::string const& name);

}  // namespace mollis::results
