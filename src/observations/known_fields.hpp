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
  /// expression, difference stencils for a dataset. Collective.
  Field derivative(mollifier::MultiIndex const& order) const;

 private:
  grid::Grid whole_;
  std::string expression_;
  std::vector<int> axes_;
  std::optional<grid::Grid> grid_;
  Field data_;
};

}  // namespace mollis::observations
