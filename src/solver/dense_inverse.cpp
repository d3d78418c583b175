#include "solver/dense_inverse.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

extern "C" {
void dpotrf_(char const* triangle, int const* n, double* a, int const* lda, int* info);
void dpotrs_(char const* triangle, int const* n, int const* columns, double const* a, int const* lda, double* b, int const* ldb, int* info);
}

namespace mollis::solver {
using petsc::check;

DenseInverse::DenseInverse(Operator& op, Vec like, Vec moves) {
  check(PetscObjectGetComm(reinterpret_cast<PetscObject>(like), &comm_));
  PetscInt local = 0, low = 0, high = 0;
  check(VecGetLocalSize(like, &local));
  check(VecGetOwnershipRange(like, &low, &high));
  int ranks = 1;
  MPI_Comm_size(comm_, &ranks);
  counts_.resize(static_cast<std::size_t>(ranks));
  starts_.resize(counts_.size());
  int const own = static_cast<int>(local);
  MPI_Allgather(&own, 1, MPI_INT, counts_.data(), 1, MPI_INT, comm_);
  std::exclusive_scan(counts_.begin(), counts_.end(), starts_.begin(), 0);
  size_ = std::accumulate(counts_.begin(), counts_.end(), 0);
  first_ = static_cast<int>(low);
  assemble(op, like);
  hold(moves);
  factorise();
}

std::vector<double> DenseInverse::gathered(Vec v) const {
  std::vector<double> all(static_cast<std::size_t>(size_));
  PetscScalar const* own = nullptr;
  PetscInt local = 0;
  check(VecGetLocalSize(v, &local));
  check(VecGetArrayRead(v, &own));
  MPI_Allgatherv(own, static_cast<int>(local), MPI_DOUBLE, all.data(), counts_.data(), starts_.data(), MPI_DOUBLE, comm_);
  check(VecRestoreArrayRead(v, &own));
  return all;
}

void DenseInverse::assemble(Operator& op, Vec like) {
  auto const unit = petsc::like(like), column = petsc::like(like);
  PetscInt local = 0;
  check(VecGetLocalSize(like, &local));
  factor_.reserve(static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_));
  for (int j = 0; j < size_; ++j) {
    check(VecSet(unit, 0.0));
    PetscScalar* entries = nullptr;
    check(VecGetArray(unit, &entries));
    if (j >= first_ && j < first_ + static_cast<int>(local)) entries[j - first_] = 1.0;
    check(VecRestoreArray(unit, &entries));
    op.apply(unit, column);
    auto const whole = gathered(column);
    factor_.insert(factor_.end(), whole.begin(), whole.end());
  }
}

void DenseInverse::hold(Vec moves) {
  auto const n = static_cast<std::size_t>(size_);
  auto const may = moves != nullptr ? gathered(moves) : std::vector<double>(n, 1.0);
  double largest = 0.0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(factor_[i * n + i]));
  scale_.assign(n, 1.0);
  std::vector<bool> held(n);
  for (std::size_t i = 0; i < n; ++i) {
    held[i] = may[i] == 0.0 || !(factor_[i * n + i] > 1e-300 * largest);
    if (!held[i]) scale_[i] = 1.0 / std::sqrt(factor_[i * n + i]);
  }
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < n; ++i)
      factor_[j * n + i] = held[i] || held[j] ? (i == j ? 1.0 : 0.0) : scale_[i] * scale_[j] * factor_[j * n + i];
}

void DenseInverse::factorise() {
  auto const n = static_cast<std::size_t>(size_);
  auto const matrix = factor_;
  int info = 0;
  for (double shift = 0.0; shift < 1.0; shift = std::max(10.0 * shift, 1e-15)) {
    factor_ = matrix;
    for (std::size_t i = 0; i < n; ++i) factor_[i * n + i] += shift;
    dpotrf_("L", &size_, factor_.data(), &size_, &info);
    if (info == 0) return;
  }
  std::fill(factor_.begin(), factor_.end(), 0.0);  // not finite, or nothing positive about it: the diagonal is left
  for (std::size_t i = 0; i < n; ++i) factor_[i * n + i] = 1.0;
}

void DenseInverse::apply(Vec r, Vec z) {
  auto all = gathered(r);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] *= scale_[i];
  int const one = 1;
  int info = 0;
  dpotrs_("L", &size_, &one, factor_.data(), &size_, all.data(), &size_, &info);
  PetscScalar* own = nullptr;
  PetscInt local = 0;
  check(VecGetLocalSize(z, &local));
  check(VecGetArray(z, &own));
  for (PetscInt i = 0; i < local; ++i) own[i] = all[static_cast<std::size_t>(first_ + i)] * scale_[static_cast<std::size_t>(first_ + i)];
  check(VecRestoreArray(z, &own));
}

}  // namespace mollis::solver
