#include "grid/split.hpp"

namespace mollis::grid {

std::shared_ptr<MPI_Comm const> split(MPI_Comm comm, int group) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  auto* const part = new MPI_Comm(MPI_COMM_NULL);
  MPI_Comm_split(comm, group, rank, part);
  return {part, [](MPI_Comm const* held) {
            MPI_Comm mine = *held;
            int finalized = 0;
            MPI_Finalized(&finalized);
            if (finalized == 0 && mine != MPI_COMM_NULL) MPI_Comm_free(&mine);
            delete held;
          }};
}

}  // namespace mollis::grid
