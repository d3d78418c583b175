#include "petsc/options.hpp"

#include <fmt/format.h>

#include "petsc/handles.hpp"
#include "run/error.hpp"

namespace mollis::petsc {

void reject_unused_options() {
  PetscInt count = 0;
  char **names = nullptr, **values = nullptr;
  check(PetscOptionsLeftGet(nullptr, &count, &names, &values));
  std::string list;
  for (PetscInt i = 0; i < count; ++i) list += fmt::format("{}-{}", i == 0 ? "" : ", ", names[i]);
  check(PetscOptionsLeftRestore(nullptr, &count, &names, &values));
  if (!list.empty())
    throw run::Error(run::Exit::usage,
                     fmt::format("PETSc option that this run does not use: {}; remove it or mend its name (-help lists the "
                                 "options in use)", list));
}

void offer_tao_options(TaoType type, char const* prefix) {
  Vector const x = make_vector(PETSC_COMM_WORLD, 1);
  Optimiser tao;
  check(TaoCreate(PETSC_COMM_WORLD, tao.address()));
  check(TaoSetType(tao, type));
  check(TaoSetOptionsPrefix(tao, prefix));
  check(TaoSetSolution(tao, x));
  check(TaoSetFromOptions(tao));
}

}  // namespace mollis::petsc
