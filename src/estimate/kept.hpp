#pragma once
/// Choices, and what an estimate brings along besides its method's own quantities, as parts of a checkpoint. Collective.
#include "estimate/choices.hpp"
#include "estimate/estimate.hpp"
#include "estimate/quantities.hpp"
#include "problem/problem.hpp"

namespace mollis::estimate {

/// Tables under "NAME/...", in their order.
void put_tables(std::string const& name, run::Named<run::Table> const& tables, Quantities& quantities);
run::Named<run::Table> take_tables(std::string const& name, Quantities const& quantities);

/// Lines of text, none of which has a line break.
void put_lines(std::string const& name, std::vector<std::string> const& lines, Quantities& quantities);
std::vector<std::string> take_lines(std::string const& name, Quantities const& quantities);
/// Radii, weights, start, ends and trials as quantities, and back. Collective.
Quantities kept(problem::Problem const& problem, Choices const& choices);
Choices choices_of(problem::Problem const& problem, Quantities const& quantities);

}  // namespace mollis::estimate
