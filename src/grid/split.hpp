#pragma once
/// Parts of a communicator.
#include <mpi.h>

#include <memory>

namespace mollis::grid {

/// The ranks of `comm` that gave the same group; MPI_COMM_NULL for MPI_UNDEFINED. Freed with its last copy. Collective on comm.
std::shared_ptr<MPI_Comm const> split(MPI_Comm comm, int group);

}  // namespace mollis::grid
