#include "uncertainty/eigen.hpp"

#include <petscsys.h>
// after petscsys.h
#include <petscblaslapack.h>

#include <stdexcept>

namespace mollis::uncertainty {

Eigen symmetric_eigen(std::vector<double> matrix, std::size_t size) {
  Eigen out;
  out.values.resize(size);
  auto n = static_cast<PetscBLASInt>(size);
  PetscBLASInt room = 8 * n, info = 0;
  std::vector<double> work(static_cast<std::size_t>(room));
  LAPACKsyev_("V", "U", &n, matrix.data(), &n, out.values.data(), work.data(), &room, &info);
  if (info != 0) throw std::runtime_error("eigenvalues of a covariance: no convergence");
  out.vectors = std::move(matrix);  // columns in Fortran's order are rows here
  return out;
}

}  // namespace mollis::uncertainty
