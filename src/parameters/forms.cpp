#include "parameters/forms.hpp"

#include <algorithm>
#include <cstdlib>

namespace mollis::parameters {

mollifier::LineFilter filter_of(grid::Axis const& axis, std::vector<LineForm> const& forms,
                                std::vector<double> const& factors) {
  Index const n = axis.size();
  Index band = 0;
  for (auto const& form : forms) band = std::max<Index>(band, form.band());
  mollifier::LineFilter filter;
  filter.points = n;
  filter.periodic = axis.periodic;
  filter.width = axis.periodic ? 2 * band + 1 : std::min(2 * band + 1, n);
  filter.valid = {0, n};
  filter.interior = {0, 0};
  if (axis.uniform) filter.interior = axis.periodic ? grid::Range{0, n} : grid::Range{band, std::max(band, n - band)};
  for (std::size_t k = 0; k < forms.size(); ++k) filter.orders.push_back(static_cast<int>(k));
  for (Index row = 0; row < n; ++row) {
    bool const inside = filter.interior.contains(row);
    if (inside && row > filter.interior.lower) continue;
    auto& rows = inside ? filter.interior_row : filter.edge_rows;
    for (std::size_t k = 0; k < forms.size(); ++k)
      for (Index j = 0; j < filter.width; ++j) {
        Index const offset = filter.start(row) + j - row;
        bool const within = std::abs(offset) <= forms[k].band();
        rows.push_back(within ? factors[k] * forms[k].at(row, static_cast<int>(offset)) : 0.0);
      }
  }
  return filter;
}

std::vector<std::vector<int>> multi_indices(int axes, int order) {
  if (axes == 1) return {{order}};
  std::vector<std::vector<int>> all;
  for (int first = 0; first <= order; ++first)
    for (auto rest : multi_indices(axes - 1, order - first)) {
      rest.insert(rest.begin(), first);
      all.push_back(std::move(rest));
    }
  return all;
}

}  // namespace mollis::parameters
