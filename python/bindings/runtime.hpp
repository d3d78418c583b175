#pragma once
/// MPI, PETSc and Kokkos behind the module: started by the first object that needs them, ended once.
#include <mpi.h>

#include <mutex>

namespace mollis::python {

/// Starts what is not yet running: MPI (one process, where nobody has), PETSc, Kokkos. run::Error usage. Collective on
/// MPI_COMM_WORLD the first time.
void start();
/// Ends PETSc, and MPI where start() began it. No object of the module may be used after it. Collective.
void finish();

/// A communicator from its Fortran handle (mpi4py: comm.py2f()); negative: this process alone. Starts what is needed.
MPI_Comm communicator(int handle);

/// The rooms serve one thread at a time: MPI is started for that, workspaces and signal handlers are made for it. Wait without the GIL.
std::unique_lock<std::recursive_mutex> take_turn();

}  // namespace mollis::python
