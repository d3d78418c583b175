#include "mollifier/local_rows.hpp"

#include <algorithm>

namespace mollis::mollifier {

bool is_identity(LineFilter const& filter) {
  return filter.orders == std::vector<int>{0} && filter.width == 1 &&
         filter.interior == grid::Range{0, filter.points} && filter.interior_row == std::vector<double>{1.0};
}

halo::Needs needs_of(grid::Grid const& grid, std::vector<LineFilter> const& filters) {
  halo::Needs needs(static_cast<std::size_t>(grid.dimension()));
  for (int a = 0; a < grid.dimension(); ++a)
    for (int b = 0; b < grid.decomposition().ranks[static_cast<std::size_t>(a)]; ++b) {
      grid::Range const own = grid.block_range(a, b);
      needs[static_cast<std::size_t>(a)].push_back(filters[static_cast<std::size_t>(a)].needed(own));
    }
  return needs;
}

kernels::LineRows local_rows(LineFilter const& filter, std::vector<std::vector<PlannedResult::Row>> const& results,
                             grid::Range inputs, grid::Range outputs) {
  kernels::LineRows rows;
  rows.inputs = inputs.size();
  rows.outputs = outputs.size();
  rows.orders = static_cast<int>(results.size());
  rows.taps = filter.width;
  rows.lower = std::max(outputs.lower, std::min(filter.interior.lower, outputs.upper)) - outputs.lower;
  rows.upper = std::max(outputs.lower, std::min(filter.interior.upper, outputs.upper)) - outputs.lower;
  auto const append = [&](Index row, std::vector<double>& to) {
    for (auto const& summands : results) {
      to.resize(to.size() + static_cast<std::size_t>(filter.width), 0.0);
      double* const sum = to.data() + to.size() - filter.width;
      for (auto const& [order, factor] : summands) {
        double const* weights = filter.row(row, filter.slot(order));
        for (Index j = 0; j < filter.width; ++j) sum[j] += factor * weights[j];
      }
    }
  };
  for (Index i = outputs.lower; i < outputs.upper; ++i) {
    rows.start.push_back(filter.start(i) - inputs.lower);
    if (!filter.interior.contains(i)) append(i, rows.edges);
  }
  if (rows.lower < rows.upper) append(rows.lower + outputs.lower, rows.interior);
  return rows;
}

}  // namespace mollis::mollifier
