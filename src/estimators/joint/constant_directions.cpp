#include "estimators/joint/constant_directions.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/joint/local_values.hpp"
#include "estimators/joint/product.hpp"
#include "solver/conjugate_gradients.hpp"
#include "solver/projected.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

constexpr double response_tolerance = 1e-2;    ///< at first, in the norm of the rest
constexpr double response_share = 0.2;         ///< and in the end: their error against (z^T H z)^(1/2)
constexpr double least_tolerance = 1e-8;
constexpr int most_response = 500, most_rounds = 4;

}  // namespace

ConstantDirections::ConstantDirections(Objective& objective) : objective_(objective) {
  auto const& unknowns = objective.problem().space().unknowns();
  for (std::size_t u = 0; u < unknowns.size(); ++u)
    if (unknowns[u].axes.empty()) directions_.push_back({u, {}});
}

/// Of the constant in v, on its owner; 0 elsewhere.
double ConstantDirections::entry(Vec v, Direction const& direction) const {
  auto const& unknown = objective_.problem().space().unknowns()[direction.unknown];
  if (!unknown.owner) return 0.0;
  PetscScalar const* entries = nullptr;
  check(VecGetArrayRead(v, &entries));
  double const value = entries[objective_.layout().parameters + unknown.offset];
  check(VecRestoreArrayRead(v, &entries));
  return value;
}

void ConstantDirections::set_entry(Vec v, Direction const& direction, double value) const {
  auto const& unknown = objective_.problem().space().unknowns()[direction.unknown];
  PetscScalar* entries = nullptr;
  check(VecGetArray(v, &entries));  // on all ranks: the state of a vector is collective
  if (unknown.owner) entries[objective_.layout().parameters + unknown.offset] = value;
  check(VecRestoreArray(v, &entries));
}

/// Takes the constants out of `rest`; which of them moved.
std::vector<bool> ConstantDirections::hold(Vec rest) const {
  std::vector<bool> moved;
  for (auto const& direction : directions_) {
    moved.push_back(sum_over(objective_.problem().grid.comm(), entry(rest, direction)) > 0.0);
    set_entry(rest, direction, 0.0);
  }
  return moved;
}

std::vector<Vec> ConstantDirections::moving() const {
  std::vector<Vec> z;
  for (auto const& direction : directions_)
    if (direction.z) z.push_back(direction.z);
  return z;
}

void ConstantDirections::update(Vec moves, solver::Preconditioner& inverse) {
  clear();
  if (directions_.empty()) return;
  auto const rest = objective_.make_vector();
  check(VecSet(rest, 1.0));
  if (moves != nullptr) check(VecCopy(moves, rest));
  auto const may = hold(rest);
  Product product(objective_);
  solver::Projected inner(product);
  solver::ProjectedPreconditioner projected(inverse);
  inner.set(rest);
  projected.set(rest);
  solver::ConjugateGradients gradients(objective_.problem().grid.comm(), objective_.layout().size, inner, &projected,
                                       {response_tolerance, most_response, true});
  auto const unit = petsc::like(rest), b = petsc::like(rest);
  std::vector<petsc::Vector> images;
  for (std::size_t i = 0; i < directions_.size(); ++i) {
    auto& direction = directions_[i];
    if (!may[i]) {
      direction.z = {};
      continue;
    }
    check(VecSet(unit, 0.0));
    set_entry(unit, direction, 1.0);
    objective_.apply_hessian(unit, b);
    check(VecPointwiseMult(b, b, rest));
    check(VecScale(b, -1.0));
    if (!direction.z) direction.z = petsc::like(rest);
    images.push_back(petsc::like(rest));
    check(VecSet(unit, 0.0));
    projected.apply(b, unit);
    double size = 0.0, energy = 0.0;
    check(VecDot(b, unit, &size));
    double tolerance = response_tolerance;
    for (int round = 0; round < most_rounds && size > 0.0; ++round) {
      check(VecPointwiseMult(direction.z, direction.z, rest));
      gradients.set_tolerance(tolerance);
      gradients.solve(b, direction.z);
      set_entry(direction.z, direction, 1.0);
      objective_.apply_hessian(direction.z, images.back());
      check(VecDot(direction.z, images.back(), &energy));
      double const wanted = response_share * std::sqrt(std::max(energy, 0.0) / size);
      if (tolerance <= wanted) break;
      tolerance = std::max(wanted, least_tolerance);
    }
  }
  space_.set(moving(), images);
}

void ConstantDirections::add(Vec r, Vec z) const { space_.add(moving(), r, z); }

}  // namespace mollis::joint
