#include "uncertainty/undetermined.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::uncertainty {
namespace {

constexpr double matters = 1e-3;   ///< of the largest entry of a direction

/// A direction in scaled variables, of length 1.
std::vector<double> unit_of(Direction const& direction, std::vector<double> const& inverse_scale) {
  std::vector<double> unit;
  double square = 0.0;
  for (std::size_t i = 0; i < direction.entries.size(); ++i) {
    unit.push_back(direction.entries[i] * inverse_scale[i]);
    square += unit.back() * unit.back();
  }
  for (double& entry : unit) entry /= std::sqrt(square);
  return unit;
}

}  // namespace

std::vector<Direction> Undetermined::find() {
  std::size_t const size = constants_.positions.size();
  std::vector<double> block;
  for (std::size_t i = 0; i < size; ++i) {
    auto const along = linear_.make_vector(), product = linear_.make_vector(), parameters = space_.make_vector();
    linear_.put_parameters(constants_.unit(i), along);
    linear_.hessian(along, product);
    linear_.take_parameters(product, parameters);
    for (double const value : constants_.read(parameters)) block.push_back(value);
  }
  if (!std::all_of(block.begin(), block.end(), [](double value) { return std::isfinite(value); })) return {};
  scale_ = unit_scale(block, size);
  auto directions = directions_of(block, scale_);
  for (double& scale : scale_) {
    if (scale == 0.0) scale = 1.0;   // of no effect on any row
    inverse_scale_.push_back(1.0 / scale);
  }
  for (auto& direction : directions) {
    direction.worth = std::min(1.0 / std::sqrt(std::max(direction.worth, 0.0)), 1e12);
    if (direction.worth <= singular) continue;
    directions_.push_back(direction);
    null_.push_back(unit_of(direction, inverse_scale_));
  }
  return directions;
}

void Undetermined::take_from_right_side(Vec b) const { take(b, inverse_scale_); }

void Undetermined::take_from_solution(Vec x) const { take(x, scale_); }

/// v / `scale` are scaled variables.
void Undetermined::take(Vec v, std::vector<double> const& scale) const {
  auto const parameters = space_.make_vector();
  linear_.take_parameters(v, parameters);
  auto const entries = constants_.read(parameters);
  for (auto const& unit : null_) {
    double along = 0.0;
    for (std::size_t i = 0; i < unit.size(); ++i) along += unit[i] * entries[i] / scale[i];
    for (std::size_t i = 0; i < unit.size(); ++i) petsc::check(VecAXPY(parameters, -along * unit[i] * scale[i], constants_.unit(i)));
  }
  linear_.put_parameters(parameters, v);
}

void Undetermined::add_variance(std::vector<double>& covariance) const {
  std::size_t const size = constants_.positions.size();
  for (auto const& direction : directions_)
    for (std::size_t i = 0; i < size; ++i)
      if (std::abs(direction.entries[i]) > matters) covariance[i * size + i] = HUGE_VAL;
}

}  // namespace mollis::uncertainty
