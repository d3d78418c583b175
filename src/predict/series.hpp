#pragma once
/// A field that is known at some times, between them and after the last.
#include <vector>

#include "kernels/field.hpp"

namespace mollis::predict {

/// Cubic Hermite polynomials between frames, with the slopes of the parabolas through three of them (third order in the spacing,
/// which may vary); the first and the last frame hold before and after. Not collective.
class Series {
 public:
  /// `frames`: [time][point], the times increasing.
  Series(std::vector<double> times, Field const& frames);
  /// The values at time t, or their first derivative in time (0 before the first and after the last frame).
  Field at(double t, int derivative = 0) const;

 private:
  double slope(std::size_t frame, std::size_t point) const;
  double value(std::size_t frame, std::size_t point) const { return values_(frame * size_ + point); }

  std::vector<double> times_;
  std::size_t size_;    ///< points a frame
  HostField values_;
};

}  // namespace mollis::predict
