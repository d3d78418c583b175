#pragma once
/// Eigenvalues of symmetric matrices that fit on one rank (LAPACK's dsyevr).
#include <cstddef>
#include <vector>

namespace mollis::spectral {

struct Eigen {
  std::vector<double> values;   ///< increasing
  std::vector<double> vectors;  ///< [value][entry], of length 1
};

/// matrix: row-major, symmetric. Throws std::runtime_error where entries are not finite or LAPACK does not converge.
Eigen symmetric_eigen(std::vector<double> matrix, std::size_t size);

/// The same of a matrix that looks alike from both ends (entries i, j and n - 1 - i, n - 1 - j equal): its vectors are even or
/// odd, and two problems of half the size take a quarter of the time.
Eigen reflected_eigen(std::vector<double> const& matrix, std::size_t size);

/// Whether a matrix looks alike from both ends, but for rounding.
bool is_reflected(std::vector<double> const& matrix, std::size_t size);

}  // namespace mollis::spectral
