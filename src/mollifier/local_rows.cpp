#include "mollifier/local_rows.hpp"

#include <algorithm>

namespace mollis::mollifier {

bool is_identity(LineFilter const& filter) {
  return filter.orders == std::vector<int>{0} && filter.width == 1 &&
         filter.interior == grid::Range{0, filter.points} && filter.interior_row == std::vector<double>{1.0};
}

kernels::LineRows local_rows(LineFilter const& filter, std::vector<int> const& slots, grid::Range inputs,
                             grid::Range outputs) {
  kernels::LineRows rows;
  rows.inputs = inputs.size();
  rows.outputs = outputs.size();
  rows.orders = static_cast<int>(slots.size());
  rows.taps = filter.width;
  rows.lower = std::max(outputs.lower, std::min(filter.interior.lower, outputs.upper)) - outputs.lower;
  rows.upper = std::max(outputs.lower, std::min(filter.interior.upper, outputs.upper)) - outputs.lower;
  auto const append = [&](Index row, std::vector<double>& to) {
    for (int slot : slots) {
      double const* weights = filter.row(row, slot);
      to.insert(to.end(), weights, weights + filter.width);
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
