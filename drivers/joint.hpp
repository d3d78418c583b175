#pragma once
/// The joint method: states and parameters together.
#include "drivers/results.hpp"

namespace mollis::drivers {

/// Lattice, objective, fit, with the noise of the states. Where the deck leaves the noise to Mollis and states that obey
/// the equation stay farther from the data than it (clean data of a coarser solver, as a rule), they
/// get the larger noise and the fit is done again. Collective.
Outcome fit_jointly(problem::Problem& problem, deck::Deck const& deck, run::Stages& stages);

}  // namespace mollis::drivers
