#pragma once
/// From filters in global indices to passes on a block: internal to the room. Not collective.
#include <vector>

#include "halo/plan.hpp"
#include "kernels/line_filter.hpp"
#include "mollifier/line_filter.hpp"
#include "mollifier/pass_plan.hpp"

namespace mollis::mollifier {

/// True where the filter only copies: order 0 with radius 0 on every row.
bool is_identity(LineFilter const& filter);

/// What every block needs for its own rows of these filters, one an axis: their footprints, in global indices. The same on all ranks.
halo::Needs needs_of(grid::Grid const& grid, std::vector<LineFilter> const& filters);

/// The rows `outputs` (global indices), as read from an array that holds `inputs`: weights of each result are a sum of rows of the filter.
kernels::LineRows local_rows(LineFilter const& filter, std::vector<std::vector<PlannedResult::Row>> const& results,
                             grid::Range inputs, grid::Range outputs);

}  // namespace mollis::mollifier
