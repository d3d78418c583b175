#include "uncertainty/directions.hpp"

#include <algorithm>
#include <cmath>

#include "spectral/eigen.hpp"

namespace mollis::uncertainty {
namespace {
constexpr double rounding = 1e-10;   ///< of eigenvalues of matrices with a unit diagonal that were solved for to 1e-6
}  // namespace

std::vector<Direction> directions_of(std::vector<double> const& a, std::vector<double> const& scale) {
  auto const size = scale.size();
  std::vector<double> scaled(size * size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) scaled[i * size + j] = a[i * size + j] * scale[i] * scale[j];
  auto const eigen = spectral::symmetric_eigen(scaled, size);
  std::vector<Direction> all;
  for (std::size_t k = 0; k < size; ++k) {
    Direction direction{eigen.values[k], {}};
    double largest = 0.0;
    for (std::size_t i = 0; i < size; ++i) {
      double const entry = eigen.vectors[k * size + i];
      direction.entries.push_back(scale[i] > 0.0 ? entry * scale[i] : entry);
      if (std::abs(direction.entries.back()) > std::abs(largest)) largest = direction.entries.back();
    }
    for (double& entry : direction.entries) entry /= std::abs(largest) > 0.0 ? std::abs(largest) : 1.0;
    all.push_back(std::move(direction));
  }
  return all;
}

std::vector<double> unit_scale(std::vector<double> const& hessian, std::size_t size) {
  std::vector<double> scale;
  for (std::size_t i = 0; i < size; ++i) {
    double const own = hessian[i * size + i];
    scale.push_back(own > 0.0 ? 1.0 / std::sqrt(own) : 0.0);
  }
  return scale;
}

double inverse_square(std::vector<double> const& a, std::vector<double> const& x) {
  auto const size = x.size();
  auto const scale = unit_scale(a, size);
  std::vector<double> scaled(size * size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) scaled[i * size + j] = a[i * size + j] * scale[i] * scale[j];
  auto const eigen = spectral::symmetric_eigen(scaled, size);
  double sum = 0.0;
  for (std::size_t k = 0; k < size; ++k) {
    double along = 0.0;
    for (std::size_t i = 0; i < size; ++i) along += eigen.vectors[k * size + i] * scale[i] * x[i];
    if (eigen.values[k] > rounding) sum += along * along / eigen.values[k];
  }
  return sum;
}

}  // namespace mollis::uncertainty
