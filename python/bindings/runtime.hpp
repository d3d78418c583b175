#pragma once
/// MPI, PETSc and Kokkos behind the module: started by the first object that needs them, ended once.
#include <mpi.h>

namespace mollis::python {

/// Starts what is not yet running: MPI (one process, where nobody has), PETSc, Kokkos. run::Error usage. Collective on
/// MPI_COMM_WORLD the first time.
void start();
/// Ends PETSc, and MPI where start() began it. No object of the module may be used after it. Collective.
void finish();

/// A communicator from its Fortran handle (mpi4py: comm.py2f()); negative: this process alone. Starts what is needed.
MPI_Comm communicator(int handle);

}  // namespace mollis::python
