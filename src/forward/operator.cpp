#include "forward/operator.hpp"

#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;
using Point = std::array<PetscInt, box_axes>;

/// Values of a function on a patch, by global indices.
struct Samples {
  Patch patch;
  std::vector<double> values;
  double operator()(Point const& p) const {
    Index offset = 0;
    for (std::size_t a = 0; a < box_axes; ++a) offset = offset * patch[a].size() + (p[a] - patch[a].lower);
    return values[static_cast<std::size_t>(offset)];
  }
};

Samples sample(Level const& level, Function const& function, Patch const& patch) {
  Samples samples{patch, {}};
  run::collectively(PetscObjectComm(reinterpret_cast<PetscObject>(static_cast<DM>(level.dm))),
                    [&] { samples.values = function(level.lattice(patch)); });
  return samples;
}

template <class Visit>
void for_each_point(Patch const& patch, Visit const& visit) {
  for (auto k = patch[0].lower; k < patch[0].upper; ++k)
    for (auto j = patch[1].lower; j < patch[1].upper; ++j)
      for (auto i = patch[2].lower; i < patch[2].upper; ++i)
        visit(Point{static_cast<PetscInt>(k), static_cast<PetscInt>(j), static_cast<PetscInt>(i)});
}

bool is_wall(Level const& level, Point const& p) { return level.is_wall(p[0], p[1], p[2]); }

/// Calls visit(neighbour, strength) for the two neighbours along each axis: strength = volume a_face / h^2.
template <class Face, class Visit>
void for_each_neighbour(Level const& level, Point const& p, Face const& face, Visit const& visit) {
  double const volume = level.volume();
  for (std::size_t a = 0; a < box_axes; ++a) {
    if (!level.lines[a].used()) continue;
    double const h = level.lines[a].spacing;
    for (int const side : {-1, 1}) {
      auto neighbour = p;
      neighbour[a] += side;
      visit(neighbour, volume * face(p, neighbour) / (h * h));
    }
  }
}

MatStencil at(Point const& p) { return {p[0], p[1], p[2], 0}; }

template <class Face>
void fill_row(Level const& level, Point const& p, Face const& face, Mat matrix) {
  std::array<MatStencil, 2 * box_axes + 1> columns;
  std::array<PetscScalar, 2 * box_axes + 1> values;
  PetscInt count = 1;
  double diagonal = 0.0;
  bool const wall = is_wall(level, p);
  for_each_neighbour(
      level, p, [&](auto const&... faces) { return wall ? 1.0 : face(faces...); },
      [&](Point const& neighbour, double strength) {
        diagonal += strength;
        if (wall || is_wall(level, neighbour)) return;
        columns[static_cast<std::size_t>(count)] = at(neighbour);
        values[static_cast<std::size_t>(count++)] = -strength;
      });
  auto const row = at(p);
  columns[0] = row;
  values[0] = diagonal;
  check(MatSetValuesStencil(matrix, 1, &row, count, columns.data(), values.data(), INSERT_VALUES));
}

/// Calls use(face), face(p, q) being the coefficient between two points. Collective.
template <class Use>
void with_faces(Level const& level, Problem const& problem, Use const& use) {
  if (problem.form == Form::elliptic) return use([](Point const&, Point const&) { return 1.0; });
  auto const a = sample(level, problem.coefficient, level.ghosted());
  use([&a](Point const& p, Point const& q) {
    double const here = a(p), there = a(q);
    return 2.0 * here * there / (here + there);
  });
}

/// b, or b/a in the elliptic form, at this rank's points.
Samples make_source(Level const& level, Problem const& problem) {
  auto source = sample(level, problem.source, level.owned());
  if (problem.form == Form::divergence) return source;
  auto const a = sample(level, problem.coefficient, level.owned());
  for (std::size_t i = 0; i < source.values.size(); ++i) source.values[i] /= a.values[i];
  return source;
}

/// Gives work(array) the local part of a vector, with which visits of for_each_point(level.owned()) go in step.
template <class Work>
void with_array(Vec vector, Work const& work) {
  PetscScalar* values = nullptr;
  check(VecGetArray(vector, &values));
  work(values);
  check(VecRestoreArray(vector, &values));
}

/// 0 on walls, 1 elsewhere.
petsc::Vector make_interior(Level const& level) {
  petsc::Vector mask;
  check(DMCreateGlobalVector(level.dm, mask.address()));
  with_array(mask, [&](PetscScalar* value) {
    for_each_point(level.owned(), [&](Point const& p) { *value++ = is_wall(level, p) ? 0.0 : 1.0; });
  });
  return mask;
}

}  // namespace

petsc::Matrix make_operator(Level const& level, Problem const& problem) {
  petsc::Matrix matrix;
  check(DMSetMatType(level.dm, MATAIJ));
  check(DMSetMatrixPreallocateOnly(level.dm, PETSC_TRUE));
  check(DMCreateMatrix(level.dm, matrix.address()));
  with_faces(level, problem, [&](auto const& face) {
    for_each_point(level.owned(), [&](Point const& p) { fill_row(level, p, face, matrix); });
  });
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  check(MatSetOption(matrix, MAT_SPD, PETSC_TRUE));
  return matrix;
}

petsc::Vector make_load(Level const& level, Problem const& problem) {
  petsc::Vector load;
  check(DMCreateGlobalVector(level.dm, load.address()));
  auto const source = make_source(level, problem);
  auto const wall_value = sample(level, problem.boundary, level.ghosted());
  double const volume = level.volume();
  with_faces(level, problem, [&](auto const& face) {
    with_array(load, [&](PetscScalar* value) {
      for_each_point(level.owned(), [&](Point const& p) {
        double sum = is_wall(level, p) ? 0.0 : volume * source(p);
        if (!is_wall(level, p))
          for_each_neighbour(level, p, face, [&](Point const& neighbour, double strength) {
            if (is_wall(level, neighbour)) sum += strength * wall_value(neighbour);
          });
        *value++ = sum;
      });
    });
  });
  return load;
}

void set_walls(Level const& level, Function const& boundary, Vec solution) {
  auto const wall_value = sample(level, boundary, level.owned());
  with_array(solution, [&](PetscScalar* value) {
    for_each_point(level.owned(), [&](Point const& p) {
      if (is_wall(level, p)) *value = wall_value(p);
      ++value;
    });
  });
}

petsc::Matrix make_interpolation(Level const& coarse, Level const& fine) {
  petsc::Matrix interpolation;
  check(DMCreateInterpolation(coarse.dm, fine.dm, interpolation.address(), nullptr));
  check(MatDiagonalScale(interpolation, make_interior(fine), make_interior(coarse)));
  return interpolation;
}

}  // namespace mollis::forward
