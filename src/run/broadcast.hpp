#pragma once
/// Texts and numbers from one rank to all.
#include <mpi.h>

#include <algorithm>
#include <string>
#include <vector>

namespace mollis::run {

/// The text of rank 0. Collective.
inline void broadcast(MPI_Comm comm, std::string& text) {
  unsigned long long size = text.size();
  MPI_Bcast(&size, 1, MPI_UNSIGNED_LONG_LONG, 0, comm);
  text.resize(size);
  MPI_Bcast(text.data(), static_cast<int>(size), MPI_CHAR, 0, comm);
}

/// The numbers of rank 0, in pieces that MPI's counts hold. Collective.
inline void broadcast(MPI_Comm comm, std::vector<double>& values, std::size_t piece = std::size_t{1} << 30) {
  unsigned long long size = values.size();
  MPI_Bcast(&size, 1, MPI_UNSIGNED_LONG_LONG, 0, comm);
  values.resize(size);
  for (std::size_t at = 0; at < size; at += piece)
    MPI_Bcast(values.data() + at, static_cast<int>(std::min<std::size_t>(piece, size - at)), MPI_DOUBLE, 0, comm);
}

}  // namespace mollis::run
