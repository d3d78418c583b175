#pragma once
/// Known fields (and truths): expressions of coordinates or datasets, held over the axes on which they depend.
#include <optional>
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "mollifier/jets.hpp"
#include "observations/settings.hpp"

namespace mollis::observations {

class KnownField {
 public:
  /// Reads the dataset or parses the expression. A dataset has the grid's shape or that of a subset of its axes (the
  /// only one that matches). run::Error bad_deck, missing_input or bad_data. Collective.
  KnownField(grid::Grid const& whole, Values const& values);

  std::vector<int> const& axes() const { return axes_; }  ///< positions among the grid's axes
  /// D^order (along the whole grid's axes) over the local box of the grid restricted to axes(): symbolic for an
  /// expression, difference stencils for a dataset.
  /// run::Error bad_deck where an axis is too short for these. Collective.
  Field derivative(mollifier::MultiIndex const& order) const;
  /// Whether it is not known at some points (NaN). run::Error where it is infinite or known nowhere: bad_deck for an
  /// expression, bad_data for a dataset. Collective.
  bool has_gaps() const;

 private:
  grid::Grid whole_;
  run::Place place_;
  std::string expression_;
  std::vector<int> axes_;
  std::optional<grid::Grid> grid_;
  Field data_;
};

/// "y = 0.5, x = 1" of the n-th point of this rank's box. Not collective.
std::string point_text(grid::Grid const& grid, Index n);

}  // namespace mollis::observations
