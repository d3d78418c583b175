#pragma once
/// What counts and holds a run: the indices of PETSc, the counts of MPI, the memory of the machines.
#include <mpi.h>

namespace mollis::run {

struct Machine {
  int ranks = 1;          ///< of the run
  int neighbours = 1;     ///< ranks on the machine that has the least memory a rank
  double memory = 0.0;    ///< of that machine [bytes], or of the part that it lends this job; 0: unknown
  double indices = 0.0;   ///< most entries of a vector, rows of a matrix, or entries of a rank's matrix, in PETSc
  int index_bits = 32;    ///< of PETSc's indices
  double counts = 0.0;    ///< most points on a rank: what one message or one write of MPI counts
};

/// The machines under a communicator. Collective.
Machine machine_of(MPI_Comm comm);

}  // namespace mollis::run
