#include "run/machine.hpp"

#include <petscsys.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace mollis::run {
namespace {

/// A limit that the kernel sets for this job's processes together; 0 where there is none ("max") or none can be read.
double limit_in(char const* path) {
  std::ifstream file(path);
  double bytes = 0.0;
  return file >> bytes ? bytes : 0.0;
}

double memory_of_host() {
  double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  for (auto const* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"})
    if (double const limit = limit_in(path); limit > 0.0) bytes = std::min(bytes, limit);
  return std::max(bytes, 0.0);
}

}  // namespace

Machine machine_of(MPI_Comm comm) {
  Machine machine;
  MPI_Comm_size(comm, &machine.ranks);
  machine.index_bits = 8 * static_cast<int>(sizeof(PetscInt));
  machine.indices = static_cast<double>(std::numeric_limits<PetscInt>::max());
  machine.counts = static_cast<double>(std::numeric_limits<int>::max());

  MPI_Comm host = MPI_COMM_NULL;
  MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
  int neighbours = 1, rank = 0;
  MPI_Comm_size(host, &neighbours);
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_free(&host);
  struct {
    double share;
    int rank;
  } least{memory_of_host() / neighbours, rank};
  MPI_Allreduce(MPI_IN_PLACE, &least, 1, MPI_DOUBLE_INT, MPI_MINLOC, comm);
  MPI_Bcast(&neighbours, 1, MPI_INT, least.rank, comm);
  machine.neighbours = neighbours;
  machine.memory = least.share * neighbours;
  return machine;
}

}  // namespace mollis::run
