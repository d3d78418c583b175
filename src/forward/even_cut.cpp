#include "forward/even_cut.hpp"

#include <algorithm>

namespace mollis::forward {
namespace {

using petsc::check;

/// Cut along the slowest axis, so that every rank has one run of row-major indices, as it has of the series.
grid::Grid grid_of(Series const& series) {
  int ranks = 1;
  MPI_Comm_size(series.comm(), &ranks);
  std::vector<grid::Axis> axes;
  char const* const names[] = {"z", "y", "x"};
  auto const& of_series = series.axes();
  for (std::size_t a = 0; a < of_series.size(); ++a)
    axes.push_back(grid::uniform_axis(names[3 - of_series.size() + a], of_series[a].points, 0.0, 1.0, false));
  grid::Decomposition cut{std::vector<int>(axes.size(), 1)};
  cut.ranks.front() = static_cast<int>(std::min<Index>(ranks, axes.front().size()));
  return {series.comm(), std::move(axes), std::move(cut)};
}

}  // namespace

EvenCut::EvenCut(Series const& series)
    : grid_(grid_of(series)), even_(petsc::make_vector(series.comm(), grid_.local_size())) {
  PetscInt first = 0, end = 0;
  petsc::IndexSet mine;
  check(VecGetOwnershipRange(even_, &first, &end));
  check(ISCreateStride(PETSC_COMM_SELF, end - first, first, 1, mine.address()));
  check(VecScatterCreate(series.make_vector(), mine, even_, mine, scatter_.address()));
}

Field EvenCut::field_of(Vec values) const {
  check(VecScatterBegin(scatter_, values, even_, INSERT_VALUES, SCATTER_FORWARD));
  check(VecScatterEnd(scatter_, values, even_, INSERT_VALUES, SCATTER_FORWARD));
  auto const field = make_field("state", grid_.local_size());
  petsc::copy_out(even_, 0, field);
  return field;
}

void EvenCut::put(Field const& field, Vec values) const {
  petsc::copy_in(field, even_, 0);
  check(VecScatterBegin(scatter_, even_, values, INSERT_VALUES, SCATTER_REVERSE));
  check(VecScatterEnd(scatter_, even_, values, INSERT_VALUES, SCATTER_REVERSE));
}

}  // namespace mollis::forward
