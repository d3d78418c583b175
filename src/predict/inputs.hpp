#pragma once
/// What the residuals read besides the states, at any time: coordinates, known fields, parameters.
#include <vector>

#include "kernels/tape.hpp"
#include "predict/series.hpp"
#include "residual/feature_bank.hpp"

namespace mollis::predict {

class Inputs {
 public:
  /// `slice`: the grid of one frame, of the axes of the equation; `time`: its axis t, or -1.
  Inputs(grid::Grid slice, int time) : slice_(std::move(slice)), time_(time) {}

  /// A feature (its position in System::features) that does not change.
  void add(int feature, residual::Placed array) { constant_.emplace_back(feature, std::move(array)); }
  /// One that is known at some times; stride: of a frame.
  void add(int feature, Series series, Extents stride) { series_.push_back({feature, std::move(series), stride}); }
  /// An expression of the coordinates.
  void add(int feature, kernels::Tape tape) { tapes_.emplace_back(feature, std::move(tape)); }

  /// Puts what does not change into its place, and then what belongs to a time. Not collective.
  void begin(equation::System const& system, residual::FeatureBank& bank);
  void move_to(double t, residual::FeatureBank& bank) const;

 private:
  struct Known {
    int feature;
    Series series;
    Extents stride;
  };
  grid::Grid slice_;
  int time_;
  std::vector<int> clock_;   ///< features that are the coordinate t
  std::vector<std::pair<int, residual::Placed>> constant_;
  std::vector<Known> series_;
  std::vector<std::pair<int, kernels::Tape>> tapes_;
};

}  // namespace mollis::predict
