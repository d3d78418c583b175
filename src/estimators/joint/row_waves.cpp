#include "estimators/joint/row_waves.hpp"

#include <functional>
#include <numeric>

#include "estimators/joint/local_values.hpp"

namespace mollis::joint {
namespace {

/// Whether every rank has the same waves along all axes but the line. Collective.
bool meet(MPI_Comm comm, spectral::SpectralBox const& a, spectral::SpectralBox const& b) {
  auto const &left = a.lines().box, &right = b.lines().box;
  int same = (left.size() == 0) == (right.size() == 0) ? 1 : 0;
  for (int axis = 0; axis < left.dimension() && left.size() > 0 && right.size() > 0; ++axis)
    if (axis != a.line() && !(left[axis] == right[axis])) same = 0;
  MPI_Allreduce(MPI_IN_PLACE, &same, 1, MPI_INT, MPI_LAND, comm);
  return same == 1;
}

}  // namespace

RowWaves::RowWaves(Lattice const& lattice, spectral::SpectralBox const& coefficients, Index reach) : lattice_(lattice) {
  auto const& grid = lattice.grid();
  std::vector<Index> margins;
  for (int a = 0; a < grid.dimension(); ++a) margins.push_back(a == coefficients.line() ? 0 : lattice.margin(a));
  auto of_rows = grid.extended(margins);
  box_.emplace(of_rows, coefficients.bases(), coefficients.line(), std::vector<spectral::Modes>(), reach);
  if (!meet(grid.comm(), *box_, coefficients)) {   // ranks have other lines: the margins of the line, too
    of_rows = lattice.extended();
    box_.emplace(of_rows, coefficients.bases(), coefficients.line(), std::vector<spectral::Modes>(), reach);
    if (coefficients.line() >= 0) ahead_ = lattice.margin(coefficients.line());
  }
  Extents offset{};
  for (int a = 0; a < grid.dimension(); ++a) {
    Index const ahead = a == coefficients.line() ? ahead_ : lattice.margin(a);
    offset[static_cast<std::size_t>(max_axes - grid.dimension() + a)] = grid.owned()[a].lower + ahead - of_rows.owned()[a].lower;
  }
  extents_ = of_rows.owned().extents();
  window_ = kernels::window(extents_, offset);
}

HostField RowWaves::waves_of(Field const& row) const {
  Extents const points = lattice_.grid().owned().extents();
  if (points == extents_) return box_->forward_of(values_of(row));
  Field const embedded("rows", static_cast<std::size_t>(std::accumulate(extents_.begin(), extents_.end(), Index{1}, std::multiplies<>())));
  kernels::copy_box(row, kernels::window(points, {0, 0, 0, 0}), embedded, window_, points);
  auto values = values_of(embedded);
  box_->forward(values);
  return values;
}

Field RowWaves::rows_of(HostField waves) const {
  auto const& grid = lattice_.grid();
  Extents const points = grid.owned().extents();
  box_->backward(waves);
  Field const row = make_field("row", grid.local_size());
  if (points == extents_) {
    Kokkos::deep_copy(row, waves);
    return row;
  }
  Field const embedded = make_field("rows", static_cast<Index>(waves.extent(0)));
  Kokkos::deep_copy(embedded, waves);
  kernels::copy_box(embedded, window_, row, kernels::window(points, {0, 0, 0, 0}), points);
  return row;
}

}  // namespace mollis::joint
