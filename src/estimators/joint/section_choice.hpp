#pragma once
/// Whether the Hessian of a fit is factorised, as its data and the machine are.
#include <optional>

#include "estimators/joint/objective.hpp"
#include "estimators/section.hpp"
#include "run/machine.hpp"

namespace mollis::joint {

/// Nothing where no section is cheap enough, or PETSc cannot factorise. averages_fail: dear ones too, if the machine has room for them. Collective.
std::optional<estimators::SectionChoice> choose_section(Objective const& objective, bool averages_fail);

/// Whether dear factors, of which each rank holds its part, take at most half of the memory of the machine that has the least a rank: the same on
/// any number of ranks that share one. Not collective.
bool has_room(estimators::SectionChoice const& choice, run::Machine const& machine);

/// Whether data stand on half of the places of the domain at least, at one time or another: lines serve fast waves there. Collective.
bool fills_domain(Objective const& objective);

}  // namespace mollis::joint
