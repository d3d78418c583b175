#pragma once
/// The joint method: states and parameters together.
#include "drivers/results.hpp"

namespace mollis::drivers {

/// Lattice, objective, fit. Collective.
Outcome fit_jointly(inverse::Problem const& problem, run::Stages& stages);

}  // namespace mollis::drivers
