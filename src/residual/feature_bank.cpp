#include "residual/feature_bank.hpp"

namespace mollis::residual {

Placed coordinates_along(grid::Grid const& grid, int axis) {
  auto const range = grid.owned()[axis];
  Field field = make_field("coordinates", range.size());
  auto const host = Kokkos::create_mirror_view(field);
  for (Index i = 0; i < range.size(); ++i) host(static_cast<std::size_t>(i)) = grid.axis(axis).at(range.lower + i);
  Kokkos::deep_copy(field, host);
  Extents stride{};
  stride[static_cast<std::size_t>(max_axes - grid.dimension() + axis)] = 1;
  return {field, stride};
}

FeatureBank::FeatureBank(grid::Grid grid, equation::System const& system)
    : extents_(grid.owned().extents()), size_(grid.local_size()), arrays_(system.features.size()) {
  for (std::size_t f = 0; f < arrays_.size(); ++f) {
    auto const& feature = system.features[f];
    if (feature.kind == equation::Feature::Kind::coordinate)
      arrays_[f] = coordinates_along(grid, feature.index);
  }
}

void FeatureBank::set_parameters(parameters::ParameterSpace const& space, std::vector<Field> const& pieces) {
  auto const derivatives = space.derivatives(pieces);
  for (std::size_t p = 0; p < pieces.size(); ++p)
    for (std::size_t k = 0; k < derivatives[p].size(); ++k)
      set(space.unknowns()[p].features[k], {derivatives[p][k], space.strides(static_cast<int>(p))});
}

std::vector<kernels::Operand> FeatureBank::operands() const {
  std::vector<kernels::Operand> operands;
  for (auto const& array : arrays_) operands.push_back({array.values.data(), array.stride});
  return operands;
}

}  // namespace mollis::residual
