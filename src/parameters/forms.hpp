#pragma once
/// Banded forms along single axes, and their tensor products, as filters: matrix-free products with quadratic forms of
/// differences (Roughness, SmoothnessProduct).
#include "mollifier/line_filter.hpp"
#include "parameters/smoothness.hpp"

namespace mollis::parameters {

/// The filter whose rows of order k are factors[k] times those of forms[k]. Rows are as wide as the widest form, on short
/// axes without a period as the axis.
mollifier::LineFilter filter_of(grid::Axis const& axis, std::vector<LineForm> const& forms,
                                std::vector<double> const& factors);
/// The same of roots, row i at point i, 0 where it is past the end: as wide as the filter of their forms.
mollifier::LineFilter filter_of(grid::Axis const& axis, std::vector<LineRoot> const& roots, std::vector<double> const& factors);

/// All multi-indices of `order` over `axes` axes.
std::vector<std::vector<int>> multi_indices(int axes, int order);

}  // namespace mollis::parameters
