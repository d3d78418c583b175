#include "estimators/joint/coarse_space.hpp"

#include <algorithm>
#include <cmath>

extern "C" {
void dpotrf_(char const* triangle, int const* n, double* a, int const* lda, int* info);
void dpotrs_(char const* triangle, int const* n, int const* columns, double const* a, int const* lda, double* b, int const* ldb, int* info);
}

namespace mollis::joint {

using petsc::check;

void CoarseSpace::set(std::vector<Vec> const& directions, std::vector<petsc::Vector> const& images) {
  std::size_t const size = directions.size();
  std::vector<double> products(size * size);
  for (std::size_t j = 0; j < size; ++j) check(VecMDot(images[j], static_cast<PetscInt>(size), directions.data(), &products[j * size]));
  factorise(products);
}

void CoarseSpace::set(std::vector<Vec> const& directions, solver::Operator& hessian) {
  within_.clear();
  if (directions.empty()) return;
  std::size_t const size = directions.size();
  std::vector<double> products(size * size);
  auto const image = petsc::like(directions.front());
  for (std::size_t j = 0; j < size; ++j) {
    hessian.apply(directions[j], image);
    check(VecMDot(image, static_cast<PetscInt>(size), directions.data(), &products[j * size]));
  }
  factorise(products);
}

void CoarseSpace::factorise(std::vector<double> const& products) {
  auto const size = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(products.size()))));
  int const n = static_cast<int>(size);
  double top = 0.0;
  for (std::size_t i = 0; i < size; ++i) top = std::max(top, products[i * size + i]);
  within_.clear();
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

bool CoarseSpace::solve(std::vector<double>& along) const {
  int const n = static_cast<int>(along.size()), one = 1;
  if (n == 0 || within_.empty()) return false;
  int info = 0;
  dpotrs_("L", &n, &one, within_.data(), &n, along.data(), &n, &info);
  return info == 0;
}

void CoarseSpace::add(std::vector<Vec> const& directions, Vec r, Vec z) const {
  int const n = static_cast<int>(directions.size());
  if (n == 0 || within_.empty()) return;
  std::vector<double> along(directions.size());
  check(VecMDot(r, n, directions.data(), along.data()));
  solve(along);
  auto own = directions;   // PETSc takes no constant array
  check(VecMAXPY(z, n, along.data(), own.data()));
}

}  // namespace mollis::joint
