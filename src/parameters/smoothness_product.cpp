#include "parameters/smoothness_product.hpp"

#include <cmath>

#include "parameters/forms.hpp"

namespace mollis::parameters {
namespace {

/// Lines (F_k or R_k) along an axis, all k up to `order` that fit on it, times `factor` of F_k's: 1 / k!, on the first axis N q! / k!.
template <class Line, class Factor>
mollifier::LineFilter lines_of(grid::Grid const& grid, int a, int order, Factor const& factor) {
  auto const& axis = grid.axis(a);
  std::vector<Line> lines;
  std::vector<double> factors;
  for (int k = 0; k <= order && k < axis.size(); ++k) {
    lines.emplace_back(axis, k);
    factors.push_back(factor((a == 0 ? static_cast<double>(grid.points()) * std::tgamma(order + 1.0) : 1.0) / std::tgamma(k + 1.0)));
  }
  return filter_of(axis, lines, factors);
}

std::optional<mollifier::Jets> product_of(Unknown const& unknown) {
  auto const& grid = unknown.grid;
  if (grid.dimension() == 0) return std::nullopt;
  int const order = unknown.settings.smoothness_order;
  std::vector<mollifier::MultiIndex> set;
  for (auto const& orders : multi_indices(grid.dimension(), order)) {
    mollifier::MultiIndex member{};
    bool fits = true;
    for (std::size_t a = 0; a < orders.size(); ++a) {
      member[a] = orders[a];
      fits = fits && orders[a] < grid.axes()[a].size();
    }
    if (fits) set.push_back(member);
  }
  if (set.empty()) return std::nullopt;
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < grid.dimension(); ++a) filters.push_back(lines_of<LineForm>(grid, a, order, [](double f) { return f; }));
  return mollifier::Jets(grid, std::move(filters), std::move(set));
}

/// One for each split of the order over the axes, so that one field of R p stands at a time.
std::vector<mollifier::Jets> roots_of(Unknown const& unknown, std::optional<mollifier::Jets> const& product) {
  if (!product) return {};
  auto const& grid = unknown.grid;
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < grid.dimension(); ++a)
    filters.push_back(lines_of<LineRoot>(grid, a, unknown.settings.smoothness_order, [](double f) { return std::sqrt(f); }));
  std::vector<mollifier::Jets> roots;
  for (auto const& orders : product->set()) roots.emplace_back(grid, filters, std::vector<mollifier::MultiIndex>{orders});
  return roots;
}

}  // namespace

SmoothnessProduct::SmoothnessProduct(ParameterSpace const& space) {
  std::optional<mollifier::Jets> first;
  for (auto const& unknown : space.unknowns()) {
    products_.push_back(product_of(unknown));
    roots_.push_back(roots_of(unknown, products_.back()));
    if (!first) first = products_.back();
  }
  if (first) share_workspace(*first);
}

void SmoothnessProduct::share_workspace(mollifier::Jets const& other) {
  for (auto& product : products_)
    if (product) product->share_workspace(other);
  for (auto& roots : roots_)
    for (auto& root : roots) root.share_workspace(other);
}

std::vector<Field> SmoothnessProduct::apply(std::vector<Field> const& pieces) const {
  std::vector<Field> products;
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    products.emplace_back("smoothness", pieces[p].extent(0));
    apply_add(p, pieces[p], products.back());
  }
  return products;
}

std::vector<Field> SmoothnessProduct::gradient(std::vector<Field> const& pieces) const {
  std::vector<Field> products;
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    products.emplace_back("smoothness", pieces[p].extent(0));
    for (auto const& root : roots_[p]) root.apply_transpose_add(root.apply(pieces[p]), products[p]);
  }
  return products;
}

void SmoothnessProduct::apply_add(std::size_t parameter, Field const& piece, Field const& out) const {
  auto const& product = products_[parameter];
  if (product) product->apply_transpose_add(std::vector<Field>(product->set().size(), piece), out);
}

}  // namespace mollis::parameters
