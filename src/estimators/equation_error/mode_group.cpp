#include "estimators/equation_error/mode_group.hpp"

#include <algorithm>
#include <numeric>

namespace mollis::equation_error {
namespace {

double inner(std::vector<double> const& a, std::vector<double> const& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

}  // namespace

ModeGroup::ModeGroup(parameters::ParameterSpace const& space, std::vector<std::size_t> unknowns)
    : unknowns_(std::move(unknowns)), axes_(space.unknowns()[unknowns_.front()].axes), grid_(space.unknowns()[unknowns_.front()].grid) {
  int highest = 1;
  for (auto const u : unknowns_) {
    auto const& unknown = space.unknowns()[u];
    highest = std::max(highest, unknown.settings.smoothness_order);
    terms_.push_back(parameters::smoothness_terms(grid_, unknown.settings.smoothness_order));
  }
  std::vector<spectral::Basis> bases;
  std::vector<spectral::Modes> matrices;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    auto const& axis = grid_.axes()[a];
    std::vector<int> orders{0};
    for (auto const u : unknowns_)
      for (auto const& order : space.unknowns()[u].orders) orders.push_back(order[a]);
    std::sort(orders.begin(), orders.end());
    orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
    modes_.emplace_back(axis, highest);
    filters_.push_back(mollifier::difference_filter(axis, orders));
    fill(a, orders, highest);
    bases.push_back(modes_.back().basis());
    matrices.push_back(modes_.back().matrix());
  }
  box_ = std::make_unique<spectral::SpectralBox>(grid_, bases, -1, matrices);
}

void ModeGroup::fill(std::size_t a, std::vector<int> const& orders, int smoothest) {
  auto const& axis = grid_.axes()[a];
  auto const n = static_cast<std::size_t>(axis.size());
  auto const count = static_cast<std::size_t>(orders.back()) + 1;
  Tables tables;
  tables.gram.assign(count, std::vector<std::vector<double>>(count));
  for (int const o : orders)
    for (int const p : orders) tables.gram[static_cast<std::size_t>(o)][static_cast<std::size_t>(p)].resize(n);
  std::vector<parameters::LineRoot> roots;
  for (int k = 0; k <= smoothest && k < axis.size(); ++k) roots.emplace_back(axis, k);
  tables.form.assign(roots.size(), std::vector<double>(n));
  for (std::size_t k = 0; k < n; ++k) {
    auto const mode = modes_[a].mode(static_cast<Index>(k));
    for (std::size_t r = 0; r < roots.size(); ++r) {
      auto const rows = applied(roots[r], mode);
      tables.form[r][k] = inner(rows, rows);
    }
    std::vector<std::vector<double>> derivatives;
    for (int const o : orders) derivatives.push_back(o == 0 ? mode : applied(filters_[a], o, mode));
    for (std::size_t i = 0; i < orders.size(); ++i)
      for (std::size_t j = 0; j < orders.size(); ++j)
        tables.gram[static_cast<std::size_t>(orders[i])][static_cast<std::size_t>(orders[j])][k] = inner(derivatives[i], derivatives[j]);
  }
  tables_.push_back(std::move(tables));
}

double ModeGroup::smoothness(std::size_t unknown, Extents const& mode) const {
  double sum = 0.0;
  for (auto const& term : terms_[unknown]) {
    double product = term.factor;
    for (std::size_t a = 0; a < axes_.size(); ++a) product *= form(a, term.orders[a], mode[a]);
    sum += product;
  }
  return sum;
}

std::vector<double> ModeGroup::derivative(std::size_t axis, int order, Index k) const {
  auto mode = modes_[axis].mode(k);
  return order == 0 ? mode : applied(filters_[axis], order, mode);
}

std::vector<std::unique_ptr<ModeGroup>> mode_groups(parameters::ParameterSpace const& space) {
  std::vector<std::vector<std::size_t>> lists;
  for (std::size_t u = 0; u < space.unknowns().size(); ++u) {
    auto const& axes = space.unknowns()[u].axes;
    if (axes.empty()) continue;
    auto const at = std::find_if(lists.begin(), lists.end(), [&](auto const& list) { return space.unknowns()[list.front()].axes == axes; });
    if (at == lists.end())
      lists.push_back({u});
    else
      at->push_back(u);
  }
  std::vector<std::unique_ptr<ModeGroup>> groups;
  for (auto const& list : lists) groups.push_back(std::make_unique<ModeGroup>(space, list));
  return groups;
}

}  // namespace mollis::equation_error
