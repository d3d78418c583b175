#include "mollifier/line_filter.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace mollis::mollifier {

double inner_product(Row const& a, Row const& b) {
  Index const shift = a.start - b.start;
  double sum = 0.0;
  for (Index j = std::max<Index>(0, -shift); j < a.width && j + shift < b.width; ++j) sum += a.weights[j] * b.weights[j + shift];
  return sum;
}

Index LineFilter::start(Index row) const {
  Index const centred = row - (width - 1) / 2;
  return periodic ? centred : std::max<Index>(0, std::min(centred, points - width));
}

double const* LineFilter::row(Index row_index, int order_slot) const {
  if (interior.contains(row_index)) return interior_row.data() + order_slot * width;
  Index const edge = row_index < interior.lower ? row_index : row_index - interior.size();
  return edge_rows.data() + (edge * static_cast<Index>(orders.size()) + order_slot) * width;
}

int LineFilter::slot(int order) const {
  auto const found = std::find(orders.begin(), orders.end(), order);
  if (found == orders.end())
    throw std::invalid_argument("the filter has no derivative of order " + std::to_string(order));
  return static_cast<int>(found - orders.begin());
}

grid::Range LineFilter::needed(grid::Range outputs) const {
  Index const lower = std::max(outputs.lower, valid.lower), upper = std::min(outputs.upper, valid.upper);
  if (lower >= upper) return {outputs.lower, outputs.lower};
  return {start(lower), start(upper - 1) + width};
}

double LineFilter::gram(Index row_index, int slot_a, int slot_b) const {
  return inner_product(taps(row_index, slot_a), taps(row_index, slot_b));
}

LineFilter product_filter(LineFilter const& filter, int order_a, int order_b) {
  int const a = filter.slot(order_a), b = filter.slot(order_b);
  Index const orders = static_cast<Index>(filter.orders.size()), width = filter.width;
  auto const multiply = [&](std::vector<double> const& rows) {
    std::vector<double> products;
    Index const count = static_cast<Index>(rows.size()) / (orders * width);
    for (Index i = 0; i < count; ++i)
      for (Index j = 0; j < width; ++j)
        products.push_back(rows[static_cast<std::size_t>((i * orders + a) * width + j)] *
                           rows[static_cast<std::size_t>((i * orders + b) * width + j)]);
    return products;
  };
  LineFilter result = filter;
  result.orders = {0};
  result.interior_row = multiply(filter.interior_row);
  result.edge_rows = multiply(filter.edge_rows);
  return result;
}

LineFilter footprint_filter(LineFilter const& filter) {
  LineFilter result = filter;
  for (auto* rows : {&result.interior_row, &result.edge_rows})
    for (double& w : *rows) w = w != 0.0 ? 1.0 : 0.0;
  return result;
}

}  // namespace mollis::mollifier
