#pragma once
/// Eigenvalues of small symmetric matrices (LAPACK's dsyev).
#include <cstddef>
#include <vector>

namespace mollis::uncertainty {

struct Eigen {
  std::vector<double> values;    ///< increasing
  std::vector<double> vectors;   ///< row k: the vector of value k
};
/// Of a row-major matrix. std::runtime_error where it does not converge (non-finite entries). Not collective.
Eigen symmetric_eigen(std::vector<double> matrix, std::size_t size);

}  // namespace mollis::uncertainty
