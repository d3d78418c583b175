#include "estimators/joint/field_forms.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::joint {

FieldForms::FieldForms(Objective const& objective, Symbols::Angles angles) : angles_(std::move(angles)) {
  auto const& grid = objective.problem().grid;
  for (auto const& axis : grid.axes()) middle_.push_back(axis.size() / 2);
  for (auto const& unknown : objective.problem().space().unknowns()) {
    orders_.push_back(unknown.settings.smoothness_order);
    terms_.emplace_back();
    forms_.emplace_back();
    if (static_cast<int>(unknown.axes.size()) != grid.dimension()) continue;
    terms_.back() = parameters::smoothness_terms(grid, orders_.back());
    for (auto const& axis : grid.axes()) {
      forms_.back().emplace_back();
      for (int k = 0; k <= orders_.back() && k < axis.size(); ++k) forms_.back().back().emplace_back(axis, k);
    }
  }
}

double FieldForms::symbol(std::size_t unknown, int axis, int order, Index coefficient) const {
  auto const& line = form(unknown, axis, order);
  double const angle = angles_[static_cast<std::size_t>(axis)][static_cast<std::size_t>(coefficient)];
  double sum = 0.0;
  for (int o = -line.band(); o <= line.band(); ++o) sum += line.at(middle_[static_cast<std::size_t>(axis)], o) * std::cos(o * angle);
  return std::max(sum, 0.0);
}

}  // namespace mollis::joint
