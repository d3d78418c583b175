#include "estimators/equation_error/normal_parts.hpp"

#include <algorithm>

namespace mollis::equation_error {

bool is_pointwise(parameters::ParameterSpace const& space) {
  auto const& unknowns = space.unknowns();
  return std::all_of(unknowns.begin(), unknowns.end(),
                     [&](parameters::Unknown const& u) { return !u.jets && u.axes == unknowns.front().axes; });
}

std::size_t unknown_of(equation::System const& system, equation::Partial const& partial) {
  return static_cast<std::size_t>(system.features[static_cast<std::size_t>(partial.feature)].index);
}

HostField coupling(NormalParts const& parts, std::size_t p, std::size_t q) {
  auto const& system = parts.model->system();
  Field const full("coupling", static_cast<std::size_t>(parts.model->bank().size()));
  for (std::size_t i = 0; i < system.by_parameter.size(); ++i)
    for (std::size_t j = 0; j < system.by_parameter.size(); ++j) {
      auto const &a = system.by_parameter[i], &b = system.by_parameter[j];
      if (a.residual == b.residual && unknown_of(system, a) == p && unknown_of(system, b) == q)
        kernels::add_product(parts.partials[i], parts.partials[j], parts.weights[static_cast<std::size_t>(a.residual)], full);
    }
  auto const sum = sum_on_owner(*parts.model, full, p);
  for (std::size_t i = 0; parts.noise != nullptr && i < sum.extent(0); ++i) sum(i) -= parts.noise->matrix[p][q](i);
  return sum;
}

std::vector<Field> sensitivity(NormalParts const& parts) {
  auto const& system = parts.model->system();
  auto const& space = parts.model->space();
  std::vector<Field> pieces;
  for (std::size_t p = 0; p < space.unknowns().size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    pieces.emplace_back("sensitivity", static_cast<std::size_t>(unknown.grid.local_size()));
    auto const order_of = [&](equation::Partial const& partial) {
      auto const at = std::find(unknown.features.begin(), unknown.features.end(), partial.feature) - unknown.features.begin();
      return unknown.orders[static_cast<std::size_t>(at)];
    };
    for (std::size_t i = 0; i < system.by_parameter.size(); ++i)
      for (std::size_t j = 0; j < system.by_parameter.size(); ++j) {
        auto const &a = system.by_parameter[i], &b = system.by_parameter[j];
        if (a.residual != b.residual || unknown_of(system, a) != p || unknown_of(system, b) != p) continue;
        Field const full("product", static_cast<std::size_t>(parts.model->bank().size()));
        kernels::add_product(parts.partials[i], parts.partials[j], parts.weights[static_cast<std::size_t>(a.residual)], full);
        Field const sums("product", pieces[p].extent(0));
        kernels::sum_over_axes(full, parts.model->bank().extents(), space.strides(static_cast<int>(p)), unknown.jets ? sums : pieces[p]);
        if (!unknown.jets) continue;
        std::vector<mollifier::LineFilter> filters;
        for (int axis = 0; axis < unknown.grid.dimension(); ++axis)
          filters.push_back(mollifier::product_filter(unknown.jets->filter(axis), order_of(a)[static_cast<std::size_t>(axis)],
                                                      order_of(b)[static_cast<std::size_t>(axis)]));
        mollifier::Jets(unknown.grid, std::move(filters), {mollifier::MultiIndex{}}).apply_transpose_add({sums}, pieces[p]);
      }
  }
  return pieces;
}

}  // namespace mollis::equation_error
