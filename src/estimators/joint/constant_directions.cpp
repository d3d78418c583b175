#include "estimators/joint/constant_directions.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/joint/local_values.hpp"
#include "estimators/joint/product.hpp"
#include "solver/conjugate_gradients.hpp"
#include "solver/projected.hpp"

extern "C" {
void dpotrf_(char const* triangle, int const* n, double* a, int const* lda, int* info);
void dpotrs_(char const* triangle, int const* n, int const* columns, double const* a, int const* lda, double* b, int const* ldb, int* info);
}

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
  auto const z = moving();
  std::vector<double> products(z.size() * z.size());
  for (std::size_t j = 0; j < z.size(); ++j) check(VecMDot(images[j], static_cast<PetscInt>(z.size()), z.data(), &products[j * z.size()]));
  factorise(std::move(products), z.size());
}

/// Constants that nothing tells apart, or nothing tells: the diagonal is raised until there is a factor.
void ConstantDirections::factorise(std::vector<double> products, std::size_t size) {
  int const n = static_cast<int>(size);
  double top = 0.0;
  for (std::size_t i = 0; i < size; ++i) top = std::max(top, products[i * size + i]);
  int info = n > 0 ? 1 : 0;
  for (double raised = 0.0; info != 0 && raised < 1e3; raised = std::max(10.0 * raised, 1e-14)) {
    within_ = products;
    for (std::size_t i = 0; i < size; ++i) {
      double& own = within_[i * size + i];
      own = own > 0.0 ? own * (1.0 + raised) : (top > 0.0 ? top : 1.0);
    }
    dpotrf_("L", &n, within_.data(), &n, &info);
  }
  if (info != 0) within_.clear();   // not finite: the solver says so
}

void ConstantDirections::add(Vec r, Vec z) const {
  auto all = moving();
  int const n = static_cast<int>(all.size()), one = 1;
  if (n == 0 || within_.empty()) return;
  std::vector<double> along(all.size());
  int info = 0;
  check(VecMDot(r, n, all.data(), along.data()));
  dpotrs_("L", &n, &one, within_.data(), &n, along.data(), &n, &info);
  check(VecMAXPY(z, n, along.data(), all.data()));
}

}  // namespace mollis::joint
