#pragma once
/// PETSc from its start to its end.
#include <string>
#include <vector>

#include "petsc/arguments.hpp"
#include "petsc/failure.hpp"
#include "run/error.hpp"

namespace mollis::petsc {

class Session {
 public:
  /// Starts PETSc on MPI_COMM_WORLD; says on stderr what the environment adds. run::Error usage where PETSc does not take the
  /// options. Collective.
  explicit Session(Arguments arguments);
  Session(Session const&) = delete;
  Session& operator=(Session const&) = delete;

  /// Ends PETSc, which then writes what options like -log_view ask for. run::Error usage. Collective.
  void finish();

  /// A failed call as users see it, on all ranks that saw it fail: as long as options of theirs are in force these are to blame
  /// (usage), else it is an internal error. `phase`: of the run; may be empty.
  run::Error explain(Failure const& failure, std::string const& phase) const;

 private:
  Arguments arguments_;
  std::vector<std::string> words_;   ///< as PETSc got them, which keeps pointers to them
  std::vector<char*> argv_;
  std::string said_;                 ///< what PETSc said of the last error
};

}  // namespace mollis::petsc
