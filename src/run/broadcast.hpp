#pragma once
/// Texts from one rank to all.
#include <mpi.h>

#include <string>

namespace mollis::run {

/// The text of rank 0. Collective.
inline void broadcast(MPI_Comm comm, std::string& text) {
  unsigned long long size = text.size();
  MPI_Bcast(&size, 1, MPI_UNSIGNED_LONG_LONG, 0, comm);
  text.resize(size);
  MPI_Bcast(text.data(), static_cast<int>(size), MPI_CHAR, 0, comm);
}

}  // namespace mollis::run
