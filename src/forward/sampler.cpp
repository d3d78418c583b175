#include <algorithm>

#include "forward/series.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

/// The point of the series along an axis at point i of the grid, or -1 where it has none.
Index place_along(SeriesAxis const& axis, Index i, int refine) {
  if (axis.ends != Ends::odd) return i * refine;
  Index const interior = i * refine - 1;
  return interior < axis.points ? interior : -1;
}

/// Row-major indices in the series of this rank's points of the grid, -1 where it has no such point.
std::vector<Index> places_of(Series const& series, grid::Grid const& grid, int refine) {
  std::vector<Index> places{0};
  std::size_t used = 0;
  for (int a = 0; a < grid.dimension(); ++a) {
    if (grid.axis(a).name == "t") continue;
    auto const& axis = series.axes()[used++];
    std::vector<Index> product;
    for (Index const place : places)
      for (Index i = grid.owned()[a].lower; i < grid.owned()[a].upper; ++i) {
        Index const along = place_along(axis, i, refine);
        product.push_back(place < 0 || along < 0 ? -1 : place * axis.points + along);
      }
    places = std::move(product);
  }
  if (grid.local_size() == 0) places.clear();
  return places;
}

petsc::IndexSet index_set(std::vector<PetscInt> const& list) {
  petsc::IndexSet set;
  check(ISCreateGeneral(PETSC_COMM_SELF, static_cast<PetscInt>(list.size()), list.data(), PETSC_COPY_VALUES,
                        set.address()));
  return set;
}

}  // namespace

Sampler::Sampler(Series const& series, grid::Grid const& grid, int refine) : places_(places_of(series, grid, refine)) {
  std::vector<PetscInt> wanted;
  for (auto& place : places_)
    if (place >= 0) {
      wanted.push_back(static_cast<PetscInt>(place));
      place = static_cast<Index>(wanted.size()) - 1;
    }
  here_ = petsc::make_vector(PETSC_COMM_SELF, static_cast<Index>(wanted.size()));
  check(VecScatterCreate(series.make_vector(), index_set(wanted), here_, nullptr, scatter_.address()));
}

std::vector<double> Sampler::operator()(Vec values) const {
  check(VecScatterBegin(scatter_, values, here_, INSERT_VALUES, SCATTER_FORWARD));
  check(VecScatterEnd(scatter_, values, here_, INSERT_VALUES, SCATTER_FORWARD));
  PetscScalar const* array = nullptr;
  check(VecGetArrayRead(here_, &array));
  std::vector<double> samples;
  for (Index const place : places_) samples.push_back(place < 0 ? 0.0 : array[place]);
  check(VecRestoreArrayRead(here_, &array));
  return samples;
}

Field to_field(std::vector<double> const& values) {
  auto const field = make_field("state", static_cast<Index>(values.size()));
  auto const host = Kokkos::create_mirror_view(field);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(field, host);
  return field;
}

}  // namespace mollis::forward
