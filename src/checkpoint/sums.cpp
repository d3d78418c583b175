#include "checkpoint/sums.hpp"

namespace mollis::checkpoint {
namespace {

/// Of this rank's box, a row of the last axis at a time.
Sum own_sum(grid::Grid const& grid, double const* values) {
  if (grid.local_size() == 0) return 0;
  int const dimension = grid.dimension();
  if (dimension == 0) return sum_of(values, 1, 0);
  auto const& box = grid.owned();
  Index const row = box[dimension - 1].size(), rows = grid.local_size() / row;
  Sum sum = 0;
  for (Index r = 0; r < rows; ++r) {
    Index rest = r, first = box[dimension - 1].lower, stride = grid.axis(dimension - 1).size();
    for (int a = dimension - 2; a >= 0; --a) {
      first += (box[a].lower + rest % box[a].size()) * stride;
      rest /= box[a].size();
      stride *= grid.axis(a).size();
    }
    sum += sum_of(values + r * row, row, first);
  }
  return sum;
}

}  // namespace

Sum sum_of(MPI_Comm comm, grid::Grid const& grid, Field const& field) {
  auto const host = on_host(field);
  bool const alone = grid.dimension() == 0;  // every rank with points holds the one value
  Sum sum = own_sum(grid, host.data());
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_UINT64_T, alone ? MPI_MAX : MPI_SUM, grid.comm());
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_UINT64_T, MPI_MAX, comm);  // ranks without points have 0
  return sum;
}

}  // namespace mollis::checkpoint
