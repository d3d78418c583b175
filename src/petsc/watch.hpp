#pragma once
/// Long linear solves that tell how far they are.
#include "petsc/handles.hpp"
#include "run/ticker.hpp"

namespace mollis::petsc {

/// Tells `ticker`, which must outlive the solver's last solve, of every iteration. Not collective.
void watch(KSP solver, run::Ticker& ticker);

}  // namespace mollis::petsc
