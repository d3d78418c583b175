#pragma once
/// Weights that a run chooses for itself lie on a grid: sums and solves differ in their last digits from one number of ranks
/// to another, and a weight that carried these digits on would put them into every result. A sixteenth of a factor two is
/// far below what the data say of a weight. A value that happens to lie between two grid points, within the scatter s of
/// log2, may still go either way: for one choice in 1 / (16 s).
#include <cmath>

namespace mollis::estimate {

constexpr double steps_per_octave = 16.0;

/// The nearest grid point of a base-two logarithm.
inline double rounded_log2(double log2_value) { return std::round(steps_per_octave * log2_value) / steps_per_octave; }
/// The nearest weight on the grid; 0 stays 0.
inline double rounded_weight(double weight) { return weight > 0.0 ? std::exp2(rounded_log2(std::log2(weight))) : weight; }

}  // namespace mollis::estimate
