#include "petsc/watch.hpp"

namespace mollis::petsc {
namespace {

PetscErrorCode tell(KSP solver, PetscInt iteration, PetscReal, void* ticker) {
  PetscInt most = 0;
  PetscErrorCode const code = KSPGetTolerances(solver, nullptr, nullptr, nullptr, &most);
  static_cast<run::Ticker*>(ticker)->at(static_cast<double>(iteration), static_cast<double>(most));
  return code;
}

}  // namespace

void watch(KSP solver, run::Ticker& ticker) { check(KSPMonitorSet(solver, tell, &ticker, nullptr)); }

}  // namespace mollis::petsc
