#pragma once
/// The options that PETSc is started with, checked beforehand: much of what PETSc finds wrong with them it finds on rank 0
/// alone, while the others wait.
#include <mpi.h>

#include <string>
#include <vector>

namespace mollis::petsc {

/// Options in the order in which PETSc takes them, the last of a name winning.
struct Arguments {
  std::vector<std::string> words;          ///< all: "-name", and after it its value if it has one
  std::vector<std::string> environment;    ///< the words that PETSC_OPTIONS gave, the first of them
  std::string text() const;                ///< all in one line
};

/// What PETSC_OPTIONS says on rank 0, then `given` (what follows --). The files of -options_file are read here, by rank 0, and
/// stand in their place. ~/.petscrc and .petscrc are left alone: what a run does must show in its command or environment.
/// run::Error usage: a word that is neither an option nor the value of one, a file that cannot be read or a line of it that
/// is no option, a viewer's file that cannot be written. Collective.
Arguments arguments(MPI_Comm comm, std::vector<std::string> const& given);

}  // namespace mollis::petsc
