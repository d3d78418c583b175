#include "solver/inverse_root.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

extern "C" {
void dpotrf_(char const* triangle, int const* n, double* a, int const* lda, int* info);
void dtrtri_(char const* triangle, char const* unit, int const* n, double* a, int const* lda, int* info);
void dtpmv_(char const* triangle, char const* transposed, char const* unit, int const* n, double const* a, double* x, int const* step);
}

namespace mollis::solver {

InverseRoot::InverseRoot(std::vector<double> a, int n) : n_(n) {
  auto const size = static_cast<std::size_t>(n);
  std::vector<double> scale(size);
  for (std::size_t i = 0; i < size; ++i) scale[i] = a[i * size + i] > 0.0 ? 1.0 / std::sqrt(a[i * size + i]) : 0.0;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) a[i * size + j] *= scale[i] * scale[j];
  root_.assign(size * (size + 1) / 2, 0.0);
  int info = 0;
  for (double shift = 0.0; shift < 1.0; shift = std::max(10.0 * shift, 1e-15)) {
    auto root = a;
    for (std::size_t i = 0; i < size; ++i) root[i * size + i] += shift;
    dpotrf_("L", &n, root.data(), &n, &info);
    if (info != 0) continue;
    dtrtri_("L", "N", &n, root.data(), &n, &info);
    auto packed = root_.begin();
    for (std::size_t j = 0; j < size; ++j)
      for (std::size_t i = j; i < size; ++i) *packed++ = root[j * size + i] * scale[j];
    return;
  }
}

void InverseRoot::apply(double* x) const {
  int const one = 1;
  dtpmv_("L", "N", "N", &n_, root_.data(), x, &one);
  dtpmv_("L", "T", "N", &n_, root_.data(), x, &one);
}

}  // namespace mollis::solver
