#include "forward/level.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;
using Blocks = std::array<int, box_axes>;

/// As many blocks as ranks, more of them along longer axes.
Blocks cut(Lines const& lines, int ranks) {
  Blocks order{0, 1, 2};
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return lines[static_cast<std::size_t>(a)].points > lines[static_cast<std::size_t>(b)].points;
  });
  int const used = static_cast<int>(std::count_if(lines.begin(), lines.end(), [](Line const& l) { return l.used(); }));
  Blocks sizes{};
  MPI_Dims_create(ranks, used, sizes.data());  // decreasing
  Blocks blocks{1, 1, 1};
  for (int n = 0; n < used; ++n)
    blocks[static_cast<std::size_t>(order[static_cast<std::size_t>(n)])] = sizes[static_cast<std::size_t>(n)];
  return blocks;
}

bool has_room(Lines const& lines, Blocks const& blocks) {
  for (std::size_t a = 0; a < box_axes; ++a)
    if (lines[a].used() && lines[a].points < std::max(3, 2 * blocks[a])) return false;
  return true;
}

DM make_finest(MPI_Comm comm, Lines const& lines, Blocks const& blocks) {
  auto const boundary = [&](std::size_t a) { return lines[a].periodic ? DM_BOUNDARY_PERIODIC : DM_BOUNDARY_NONE; };
  DM dm = nullptr;
  check(DMDACreate3d(comm, boundary(2), boundary(1), boundary(0), DMDA_STENCIL_STAR, lines[2].points, lines[1].points,
                     lines[0].points, blocks[2], blocks[1], blocks[0], 1, 1, nullptr, nullptr, nullptr, &dm));
  check(DMSetUp(dm));
  return dm;
}

DM coarsened(DM fine, Lines const& lines) {
  auto const ratio = [&](std::size_t a) { return lines[a].used() ? 2 : 1; };
  check(DMDASetRefinementFactor(fine, ratio(2), ratio(1), ratio(0)));
  DM dm = nullptr;
  check(DMCoarsen(fine, MPI_COMM_NULL, &dm));
  return dm;
}

bool coarsens(Lines const& lines) {
  return std::all_of(lines.begin(), lines.end(), [](Line const& l) { return !l.used() || l.intervals() % 2 == 0; });
}

Lines coarsened(Lines lines) {
  for (auto& line : lines)
    if (line.used()) {
      line.points = line.periodic ? line.points / 2 : (line.points - 1) / 2 + 1;
      line.spacing *= 2.0;
    }
  return lines;
}

/// PETSc counts points in PetscInt.
void check_size(Lines const& lines) {
  double points = 1.0;
  for (auto const& line : lines) points *= static_cast<double>(line.points);
  if (points > static_cast<double>(PETSC_MAX_INT))
    throw run::Error(
        run::Exit::bad_deck,
        fmt::format("{:.3g} points are more than this PETSc can count; use a smaller refine "
                    "or a PETSc with 64-bit indices",
                    points),
        "refine");
}

}  // namespace

Lines refined(std::vector<grid::Axis> const& axes, int refine, std::vector<std::string> const& insulated) {
  Lines lines;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    auto const& axis = axes[a];
    auto const n = static_cast<PetscInt>(axis.size());
    lines[box_axes - axes.size() + a] = {axis.periodic ? n * refine : (n - 1) * refine + 1, axis.front(),
                                         axis.spacing() / refine, axis.periodic,
                                         std::count(insulated.begin(), insulated.end(), axis.name) > 0};
  }
  return lines;
}

int Level::dimension() const {
  return static_cast<int>(std::count_if(lines.begin(), lines.end(), [](Line const& l) { return l.used(); }));
}

bool Level::is_wall(PetscInt k, PetscInt j, PetscInt i) const {
  return lines[0].is_wall(k) || lines[1].is_wall(j) || lines[2].is_wall(i);
}

double Level::volume(PetscInt k, PetscInt j, PetscInt i) const {
  return lines[0].width(k) * lines[1].width(j) * lines[2].width(i);
}

Patch Level::owned() const {
  PetscInt i, j, k, m, n, p;
  check(DMDAGetCorners(dm, &i, &j, &k, &m, &n, &p));
  return {grid::Range{k, k + p}, grid::Range{j, j + n}, grid::Range{i, i + m}};
}

Patch Level::ghosted() const {
  auto patch = owned();
  for (std::size_t a = 0; a < box_axes; ++a) {
    auto const& line = lines[a];
    if (!line.used()) continue;
    patch[a].lower = line.periodic ? patch[a].lower - 1 : std::max<Index>(patch[a].lower - 1, 0);
    patch[a].upper = line.periodic ? patch[a].upper + 1 : std::min<Index>(patch[a].upper + 1, line.points);
  }
  return patch;
}

Lattice Level::lattice(Patch const& patch) const {
  Lattice lattice;
  for (std::size_t a = 0; a < box_axes; ++a) {
    if (!lines[a].used()) continue;
    lattice.emplace_back();
    for (Index i = patch[a].lower; i < patch[a].upper; ++i)
      lattice.back().push_back(lines[a].at(static_cast<PetscInt>(i)));
  }
  return lattice;
}

std::vector<Level> make_levels(MPI_Comm comm, Lines const& finest) {
  check_size(finest);
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  auto const blocks = cut(finest, ranks);
  if (!has_room(finest, blocks))
    throw run::Error(run::Exit::usage,
                     fmt::format("a refined grid of {} x {} x {} points is too small for {} ranks; use "
                                 "fewer ranks",
                                 finest[0].points, finest[1].points, finest[2].points, ranks),
                     "refine");
  std::vector<Level> levels(1);
  levels[0].lines = finest;
  *levels[0].dm.address() = make_finest(comm, finest, blocks);
  while (coarsens(levels.back().lines) && has_room(coarsened(levels.back().lines), blocks)) {
    auto const& fine = levels.back();
    Level coarse;
    coarse.lines = coarsened(fine.lines);
    *coarse.dm.address() = coarsened(fine.dm, fine.lines);
    levels.push_back(std::move(coarse));
  }
  return levels;
}

}  // namespace mollis::forward
