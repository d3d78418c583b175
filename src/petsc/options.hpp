#pragma once
/// The options of the command line that PETSc reads (what follows --).
#include "petsc/handles.hpp"

namespace mollis::petsc {

/// run::Error usage naming every option that nothing has read so far; options of TAO count as read once a solver of TAO
/// exists (see offer_tao_options). Collective.
void reject_unused_options();

/// Lets a solver of TAO read its options whether or not this run comes to need it. Collective on PETSC_COMM_WORLD.
void offer_tao_options(TaoType type, char const* prefix = nullptr);

}  // namespace mollis::petsc
