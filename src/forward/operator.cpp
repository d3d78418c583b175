#include "forward/operator.hpp"

#include <fmt/format.h>

#include <cmath>

#include "forward/samples.hpp"

namespace mollis::forward {
namespace {

using petsc::check;

/// The coefficients of a problem where the differences need them.
class Differences {
 public:
  /// Collective.
  Differences(Level const& level, Problem const& problem) : level_(level), form_(problem.form) {
    if (form_ == Form::divergence || problem.flows())
      coefficient_ = sample(level, problem.coefficient, level.ghosted());
    for (std::size_t a = 0; a < box_axes; ++a)
      if (problem.velocity[a]) velocity_[a] = sample(level, problem.velocity[a], level.owned());
  }

  /// Calls visit(neighbour, strength) for the neighbours of a point that is no wall: the row is
  /// sum strength (u(p) - u(neighbour)).
  template <class Visit>
  void for_each_neighbour(Point const& p, Visit const& visit) const {
    for (std::size_t a = 0; a < box_axes; ++a) {
      auto const& line = level_.lines[a];
      if (!line.used()) continue;
      for (int const side : {-1, 1}) {
        auto neighbour = p;
        neighbour[a] += side;
        if (line.insulated && (neighbour[a] < 0 || neighbour[a] >= line.points)) continue;
        visit(neighbour, strength(a, side, p, neighbour));
      }
    }
  }

 private:
  double face(Point const& p, Point const& q) const {
    if (form_ == Form::elliptic) return 1.0;
    double const here = coefficient_(p), there = coefficient_(q);
    return 2.0 * here * there / (here + there);
  }
  double strength(std::size_t a, int side, Point const& p, Point const& neighbour) const {
    auto const& line = level_.lines[a];
    double const size = volume(level_, p);
    double const diffusive = size / line.width(p[a]) * face(p, neighbour) / line.spacing;
    if (velocity_[a].values.empty() || line.is_insulated_end(p[a])) return diffusive;
    double const scale = form_ == Form::elliptic ? coefficient_(p) : 1.0;
    return diffusive - side * size * velocity_[a](p) / (2.0 * line.spacing * scale);
  }

  Level const& level_;
  Form form_;
  Samples coefficient_;
  std::array<Samples, box_axes> velocity_;
};

/// The boundary's values on a patch, of which those on walls are used and must be finite.
Samples sample_walls(Level const& level, Function const& boundary, Patch const& patch) {
  auto samples = sample(level, boundary, patch);
  run::collectively(PetscObjectComm(reinterpret_cast<PetscObject>(static_cast<DM>(level.dm))), [&] {
    for_each_point(patch, [&](Point const& p) {
      if (is_wall(level, p) && !std::isfinite(samples(p)))
        throw run::Error(run::Exit::bad_deck,
                         fmt::format("{} on a wall; give an expression that is finite on the walls "
                                     "(and at all times)",
                                     samples(p)),
                         "boundary");
    });
  });
  return samples;
}

MatStencil at(Point const& p) { return {p[0], p[1], p[2], 0}; }

/// Rows of walls: about as large as the others, so that smoothers treat all alike.
double wall_entry(Level const& level, Point const& p) {
  double sum = 0.0;
  for (auto const& line : level.lines)
    if (line.used()) sum += 2.0 * volume(level, p) / (line.spacing * line.spacing);
  return sum;
}

void fill_row(Level const& level, Differences const& differences, Point const& p, Mat matrix) {
  std::array<MatStencil, 2 * box_axes + 1> columns;
  std::array<PetscScalar, 2 * box_axes + 1> values;
  PetscInt count = 1;
  auto const row = at(p);
  columns[0] = row;
  values[0] = is_wall(level, p) ? wall_entry(level, p) : 0.0;
  if (!is_wall(level, p))
    differences.for_each_neighbour(p, [&](Point const& neighbour, double strength) {
      values[0] += strength;
      if (is_wall(level, neighbour)) return;
      columns[static_cast<std::size_t>(count)] = at(neighbour);
      values[static_cast<std::size_t>(count++)] = -strength;
    });
  check(MatSetValuesStencil(matrix, 1, &row, count, columns.data(), values.data(), INSERT_VALUES));
}

/// 1, or a in the elliptic form, at this rank's points: what the equation is divided by.
Samples make_divisor(Level const& level, Problem const& problem) {
  if (problem.form == Form::elliptic) return sample(level, problem.coefficient, level.owned());
  auto const patch = level.owned();
  Index size = 1;
  for (auto const& range : patch) size *= range.size();
  return {patch, std::vector<double>(static_cast<std::size_t>(size), 1.0)};
}

petsc::Vector make_vector(Level const& level) {
  petsc::Vector vector;
  check(DMCreateGlobalVector(level.dm, vector.address()));
  return vector;
}

/// 0 on walls, 1 elsewhere.
petsc::Vector make_interior(Level const& level) {
  auto mask = make_vector(level);
  set_values(level, mask, [&](Point const& p, double) { return is_wall(level, p) ? 0.0 : 1.0; });
  return mask;
}

}  // namespace

petsc::Matrix make_operator(Level const& level, Problem const& problem) {
  petsc::Matrix matrix;
  check(DMSetMatType(level.dm, MATAIJ));
  check(DMSetMatrixPreallocateOnly(level.dm, PETSC_TRUE));
  check(DMCreateMatrix(level.dm, matrix.address()));
  Differences const differences(level, problem);
  for_each_point(level.owned(), [&](Point const& p) { fill_row(level, differences, p, matrix); });
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  if (!problem.flows()) check(MatSetOption(matrix, MAT_SPD, PETSC_TRUE));
  return matrix;
}

petsc::Vector make_mass(Level const& level, Problem const& problem) {
  auto mass = make_vector(level);
  auto const divisor = make_divisor(level, problem);
  set_values(level, mass,
             [&](Point const& p, double) { return is_wall(level, p) ? 0.0 : volume(level, p) / divisor(p); });
  return mass;
}

petsc::Vector make_load(Level const& level, Problem const& problem) {
  auto load = make_vector(level);
  auto const source = sample(level, problem.source, level.owned());
  auto const divisor = make_divisor(level, problem);
  auto const wall_value = sample_walls(level, problem.boundary, level.ghosted());
  Differences const differences(level, problem);
  set_values(level, load, [&](Point const& p, double) {
    if (is_wall(level, p)) return 0.0;
    double sum = volume(level, p) * source(p) / divisor(p);
    differences.for_each_neighbour(p, [&](Point const& neighbour, double strength) {
      if (is_wall(level, neighbour)) sum += strength * wall_value(neighbour);
    });
    return sum;
  });
  return load;
}

void set_walls(Level const& level, Function const& boundary, Vec state) {
  auto const wall_value = sample_walls(level, boundary, level.owned());
  set_values(level, state, [&](Point const& p, double inner) { return is_wall(level, p) ? wall_value(p) : inner; });
}

petsc::Matrix make_interpolation(Level const& coarse, Level const& fine) {
  petsc::Matrix interpolation;
  check(DMCreateInterpolation(coarse.dm, fine.dm, interpolation.address(), nullptr));
  check(MatDiagonalScale(interpolation, make_interior(fine), make_interior(coarse)));
  return interpolation;
}

}  // namespace mollis::forward
