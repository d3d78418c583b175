#include "spectral/eigen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

extern "C" void dsyevr_(char const* job, char const* range, char const* triangle, int const* n, double* a, int const* lda,
                        double const* lower, double const* upper, int const* first, int const* last, double const* tolerance,
                        int* found, double* values, double* vectors, int const* ldz, int* support, double* work,
                        int const* room, int* integer_work, int const* integer_room, int* info);

namespace mollis::spectral {

Eigen symmetric_eigen(std::vector<double> matrix, std::size_t size) {
  Eigen out;
  out.values.resize(size);
  out.vectors.resize(size * size);
  if (size == 0) return out;
  int const n = static_cast<int>(size), room = 26 * n, integer_room = 10 * n, none = 0;
  double const zero = 0.0;
  int info = 0, found = 0;
  if (!std::all_of(matrix.begin(), matrix.end(), [](double v) { return std::isfinite(v); }))
    throw std::runtime_error("eigenvalues of a symmetric matrix that is not finite");
  std::vector<double> work(static_cast<std::size_t>(room));
  std::vector<int> support(2 * size), integer_work(static_cast<std::size_t>(integer_room));
  dsyevr_("V", "A", "U", &n, matrix.data(), &n, &zero, &zero, &none, &none, &zero, &found, out.values.data(), out.vectors.data(), &n,
          support.data(), work.data(), &room, integer_work.data(), &integer_room, &info);
  if (info != 0 || found != n) throw std::runtime_error("eigenvalues of a symmetric matrix: no convergence");
  return out;  // columns in Fortran's order are rows here
}

bool is_reflected(std::vector<double> const& matrix, std::size_t size) {
  double top = 0.0, difference = 0.0;
  for (std::size_t k = 0; k < matrix.size(); ++k) {
    top = std::max(top, std::abs(matrix[k]));
    difference = std::max(difference, std::abs(matrix[k] - matrix[size * size - 1 - k]));
  }
  return difference <= 1e-10 * top;
}

/// With the orthonormal bases (e_i + e_(n-1-i)) / sqrt 2 (and e_middle) and (e_i - e_(n-1-i)) / sqrt 2.
Eigen reflected_eigen(std::vector<double> const& matrix, std::size_t size) {
  std::size_t const half = size / 2, middle = size % 2;
  auto const at = [&](std::size_t i, std::size_t j) { return matrix[i * size + j]; };
  Eigen out;
  for (double const sign : {1.0, -1.0}) {
    std::size_t const n = half + (sign > 0.0 ? middle : 0);
    std::vector<double> part(n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        bool const whole_i = i == half, whole_j = j == half;  // the middle stands for itself
        part[i * n + j] = whole_i && whole_j ? at(i, j)
                          : whole_i || whole_j ? std::sqrt(2.0) * at(i, j) : at(i, j) + sign * at(i, size - 1 - j);
      }
    auto const eigen = symmetric_eigen(std::move(part), n);
    for (std::size_t k = 0; k < n; ++k) {
      out.values.push_back(eigen.values[k]);
      std::vector<double> vector(size, 0.0);
      for (std::size_t i = 0; i < half; ++i) {
        vector[i] = std::sqrt(0.5) * eigen.vectors[k * n + i];
        vector[size - 1 - i] = sign * vector[i];
      }
      if (n > half) vector[half] = eigen.vectors[k * n + half];
      out.vectors.insert(out.vectors.end(), vector.begin(), vector.end());
    }
  }
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return out.values[a] < out.values[b]; });
  Eigen sorted;
  for (auto const k : order) {
    sorted.values.push_back(out.values[k]);
    auto const first = out.vectors.begin() + static_cast<std::ptrdiff_t>(k * size);
    sorted.vectors.insert(sorted.vectors.end(), first, first + static_cast<std::ptrdiff_t>(size));
  }
  return sorted;
}

}  // namespace mollis::spectral
