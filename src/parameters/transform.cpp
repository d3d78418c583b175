#include "parameters/transform.hpp"

#include <cmath>

namespace mollis::parameters {
namespace {

/// field_i := field_i * exp(rate * p_i).
void scale_by_exponential(Field const& field, Field const& fitted, double rate) {
  auto const host = on_host(field), p = on_host(fitted);
  for (std::size_t i = 0; i < host.extent(0); ++i) host(i) *= std::exp(rate * p(i));
  Kokkos::deep_copy(field, host);
}

}  // namespace

Field value_of(Unknown const& unknown, Field const& fitted) {
  if (!unknown.settings.log) return fitted;
  Field const value = make_field("parameter", static_cast<Index>(fitted.extent(0)));
  Kokkos::deep_copy(value, 1.0);
  scale_by_exponential(value, fitted, 1.0);
  return value;
}

void square_by_value(ParameterSpace const& space, std::vector<Field> const& fitted, std::vector<Field> const& sums) {
  for (std::size_t p = 0; p < sums.size(); ++p)
    if (space.unknowns()[p].settings.log) scale_by_exponential(sums[p], fitted[p], -2.0);
}

}  // namespace mollis::parameters
