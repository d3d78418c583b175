#include "parameters/forms.hpp"

#include <algorithm>
#include <cstdlib>

namespace mollis::parameters {

namespace {

/// entry(k, row, offset): of order slot k, |offset| <= band.
template <class Entry>
mollifier::LineFilter filter_of(grid::Axis const& axis, Index band, std::size_t slots, Entry const& entry) {
  Index const n = axis.size();
  mollifier::LineFilter filter;
  filter.points = n;
  filter.periodic = axis.periodic;
  filter.width = axis.periodic ? 2 * band + 1 : std::min(2 * band + 1, n);
  filter.valid = {0, n};
  filter.interior = {0, 0};
  if (axis.uniform) filter.interior = axis.periodic ? grid::Range{0, n} : grid::Range{band, std::max(band, n - band)};
  for (std::size_t k = 0; k < slots; ++k) filter.orders.push_back(static_cast<int>(k));
  for (Index row = 0; row < n; ++row) {
    bool const inside = filter.interior.contains(row);
    if (inside && row > filter.interior.lower) continue;
    auto& rows = inside ? filter.interior_row : filter.edge_rows;
    for (std::size_t k = 0; k < slots; ++k)
      for (Index j = 0; j < filter.width; ++j) {
        Index const offset = filter.start(row) + j - row;
        rows.push_back(std::abs(offset) <= band ? entry(k, row, static_cast<int>(offset)) : 0.0);
      }
  }
  return filter;
}

}  // namespace

mollifier::LineFilter filter_of(grid::Axis const& axis, std::vector<LineForm> const& forms,
                                std::vector<double> const& factors) {
  Index band = 0;
  for (auto const& form : forms) band = std::max<Index>(band, form.band());
  return filter_of(axis, band, forms.size(), [&](std::size_t k, Index row, int offset) {
    return std::abs(offset) <= forms[k].band() ? factors[k] * forms[k].at(row, offset) : 0.0;
  });
}

mollifier::LineFilter filter_of(grid::Axis const& axis, std::vector<LineRoot> const& roots, std::vector<double> const& factors) {
  Index band = 0;
  for (auto const& root : roots) band = std::max<Index>(band, root.order());
  return filter_of(axis, band, roots.size(), [&](std::size_t k, Index row, int offset) {
    bool const is_there = row < roots[k].rows() && offset >= 0 && offset <= roots[k].order();
    return is_there ? factors[k] * roots[k].at(row, offset) : 0.0;
  });
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
