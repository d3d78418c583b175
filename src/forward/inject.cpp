#include "forward/inject.hpp"

namespace mollis::forward {
namespace {

using petsc::check;
using Indices = std::vector<PetscInt>;

/// The patch of the grid's points that lies in a patch of the refined lattice.
Patch coarse_part(Patch patch, Lines const& lines, int refine) {
  for (std::size_t a = 0; a < box_axes; ++a) {
    if (!lines[a].used()) continue;
    patch[a] = {(patch[a].lower + refine - 1) / refine, (patch[a].upper + refine - 1) / refine};
  }
  return patch;
}

/// Row-major offset of point (k, j, i) in a patch.
PetscInt offset_in(Patch const& patch, Index k, Index j, Index i) {
  return static_cast<PetscInt>(((k - patch[0].lower) * patch[1].size() + j - patch[1].lower) * patch[2].size() + i -
                               patch[2].lower);
}

/// offsets(k, j, i) for all points of a patch, row-major.
template <class Offset>
Indices indices(Patch const& patch, Offset const& offset) {
  Indices list;
  for (auto k = patch[0].lower; k < patch[0].upper; ++k)
    for (auto j = patch[1].lower; j < patch[1].upper; ++j)
      for (auto i = patch[2].lower; i < patch[2].upper; ++i) list.push_back(offset(k, j, i));
  return list;
}

Patch whole(grid::Grid const& grid) {
  Patch patch{grid::Range{0, 1}, grid::Range{0, 1}, grid::Range{0, 1}};
  for (int a = 0; a < grid.dimension(); ++a)
    patch[static_cast<std::size_t>(box_axes - grid.dimension() + a)] = {0, grid.axis(a).size()};
  return patch;
}

Patch owned(grid::Grid const& grid) {
  auto patch = whole(grid);
  for (int a = 0; a < grid.dimension(); ++a)
    patch[static_cast<std::size_t>(box_axes - grid.dimension() + a)] = grid.owned()[a];
  return patch;
}

petsc::IndexSet make_index_set(Indices const& list) {
  petsc::IndexSet set;
  check(ISCreateGeneral(PETSC_COMM_SELF, static_cast<PetscInt>(list.size()), list.data(), PETSC_COPY_VALUES,
                        set.address()));
  return set;
}

Scatter make_plan(Vec from, Indices const& from_list, Vec to, Indices const& to_list) {
  Scatter plan;
  check(VecScatterCreate(from, make_index_set(from_list), to, make_index_set(to_list), plan.address()));
  return plan;
}

void run(VecScatter plan, Vec from, Vec to) {
  check(VecScatterBegin(plan, from, to, INSERT_VALUES, SCATTER_FORWARD));
  check(VecScatterEnd(plan, from, to, INSERT_VALUES, SCATTER_FORWARD));
}

/// The points of the grid in row-major order, cut into equal shares.
petsc::Vector make_ordered(grid::Grid const& grid) {
  petsc::Vector vector;
  check(VecCreateMPI(grid.comm(), PETSC_DECIDE, static_cast<PetscInt>(grid.points()), vector.address()));
  return vector;
}

}  // namespace

Injector::Injector(Level const& level, Vec fine, grid::Grid const& grid, int refine)
    : ordered_(make_ordered(grid)),
      local_(petsc::make_vector(grid.comm(), grid.local_size())),
      size_(grid.local_size()) {
  auto const all = whole(grid), mine = owned(grid), here = level.owned();
  auto const step = [&](std::size_t a) { return level.lines[a].used() ? refine : 1; };
  auto const in_grid = [&](Index k, Index j, Index i) { return offset_in(all, k, j, i); };
  auto const provided = coarse_part(here, level.lines, refine);
  PetscInt first = 0, mine_first = 0;
  check(VecGetOwnershipRange(fine, &first, nullptr));
  check(VecGetOwnershipRange(local_, &mine_first, nullptr));
  auto const in_fine = [&](Index k, Index j, Index i) {
    return first + offset_in(here, k * step(0), j * step(1), i * step(2));
  };
  auto const in_mine = [&](Index k, Index j, Index i) { return mine_first + offset_in(mine, k, j, i); };
  to_ordered_ = make_plan(fine, indices(provided, in_fine), ordered_, indices(provided, in_grid));
  to_local_ = make_plan(ordered_, indices(mine, in_grid), local_, indices(mine, in_mine));
}

void Injector::copy(Vec fine, Field const& state) const {
  run(to_ordered_, fine, ordered_);
  run(to_local_, ordered_, local_);
  petsc::copy_out(local_, 0, state);
}

Field Injector::operator()(Vec fine) const {
  auto const state = make_field("state", size_);
  copy(fine, state);
  return state;
}

}  // namespace mollis::forward
