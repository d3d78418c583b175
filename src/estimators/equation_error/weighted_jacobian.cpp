#include <algorithm>
#include <cmath>

#include "estimators/equation_error/normal_matrix.hpp"

namespace mollis::equation_error {
namespace {

using petsc::check;

/// One parameter feature as rows of a matrix: at a point of the parameter's grid, columns and stencil weights.
struct FeatureRow {
  std::vector<PetscInt> columns;
  std::vector<double> weights;
};

FeatureRow stencil(parameters::ParameterSpace const& space, int p, mollifier::MultiIndex const& order, Extents const& point) {
  auto const& unknown = space.unknowns()[static_cast<std::size_t>(p)];
  FeatureRow row;
  if (!unknown.jets) return {{space.global_index(p, point)}, {1.0}};
  std::vector<Extents> points{point};
  row.weights = {1.0};
  for (std::size_t a = 0; a < unknown.axes.size(); ++a) {
    auto const& filter = unknown.jets->filter(static_cast<int>(a));
    double const* taps = filter.row(point[a], filter.slot(order[a]));
    Index const start = filter.start(point[a]);
    std::vector<Extents> wider;
    std::vector<double> weights;
    for (std::size_t k = 0; k < points.size(); ++k)
      for (Index j = 0; j < filter.width; ++j) {
        if (taps[j] == 0.0) continue;
        wider.push_back(points[k]);
        wider.back()[a] = start + j;
        weights.push_back(row.weights[k] * taps[j]);
      }
    points.swap(wider);
    row.weights.swap(weights);
  }
  for (auto const& at : points) row.columns.push_back(space.global_index(p, at));
  return row;
}

/// Where a partial derivative points: unknown and derivative order along its axes.
struct Target {
  int unknown;
  mollifier::MultiIndex order;
};

Target target_of(parameters::ParameterSpace const& space, equation::System const& system, int feature) {
  int const p = system.features[static_cast<std::size_t>(feature)].index;
  auto const& unknown = space.unknowns()[static_cast<std::size_t>(p)];
  auto const at = std::find(unknown.features.begin(), unknown.features.end(), feature) - unknown.features.begin();
  return {p, unknown.orders[static_cast<std::size_t>(at)]};
}

/// Most entries a row may have: over all features, the taps of their stencils.
PetscInt row_bound(parameters::ParameterSpace const& space, equation::System const& system, int residual) {
  PetscInt bound = 0;
  for (auto const& partial : system.by_parameter) {
    if (partial.residual != residual) continue;
    auto const& unknown = space.unknowns()[static_cast<std::size_t>(target_of(space, system, partial.feature).unknown)];
    PetscInt taps = 1;
    for (std::size_t a = 0; unknown.jets && a < unknown.axes.size(); ++a)
      taps *= static_cast<PetscInt>(unknown.jets->filter(static_cast<int>(a)).width);
    bound += taps;
  }
  return bound;
}

}  // namespace

petsc::Matrix weighted_jacobian(residual::ResidualModel const& model, std::vector<Field> const& partials,
                                std::vector<Field> const& weights) {
  auto const& space = model.space();
  auto const& system = model.system();
  auto const& grid = space.grid();
  auto const points = static_cast<PetscInt>(grid.local_size());
  PetscInt bound = 0;
  for (int k = 0; k < system.residuals; ++k) bound = std::max(bound, row_bound(space, system, k));
  auto const local = static_cast<PetscInt>(space.local_size());
  petsc::Matrix matrix;
  check(MatCreateAIJ(grid.comm(), points * system.residuals, local, PETSC_DETERMINE, PETSC_DETERMINE,
                     std::min(bound, std::max<PetscInt>(local, 1)), nullptr, bound, nullptr, matrix.address()));
  PetscInt first = 0, end = 0;
  check(MatGetOwnershipRange(matrix, &first, &end));

  for (std::size_t j = 0; j < partials.size(); ++j) {
    auto const& partial = system.by_parameter[j];
    auto const target = target_of(space, system, partial.feature);
    auto const& axes = space.unknowns()[static_cast<std::size_t>(target.unknown)].axes;
    auto const values = on_host(partials[j]);
    auto const w = on_host(weights[static_cast<std::size_t>(partial.residual)]);
    for (PetscInt i = 0; i < points; ++i) {
      auto const at = static_cast<std::size_t>(i);
      Extents global{}, point{};
      Index rest = i;
      for (int a = grid.dimension() - 1; a >= 0; --a) {
        auto const range = grid.owned()[a];
        global[static_cast<std::size_t>(a)] = range.lower + rest % range.size();
        rest /= range.size();
      }
      for (std::size_t a = 0; a < axes.size(); ++a) point[a] = global[static_cast<std::size_t>(axes[a])];
      auto row = stencil(space, target.unknown, target.order, point);
      for (auto& weight : row.weights) weight *= values(at) * std::sqrt(w(at));
      PetscInt const number = first + partial.residual * points + i;
      check(MatSetValues(matrix, 1, &number, static_cast<PetscInt>(row.columns.size()), row.columns.data(),
                         row.weights.data(), ADD_VALUES));
    }
  }
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  return matrix;
}

}  // namespace mollis::equation_error
