#include "uncertainty/field_map.hpp"

#include <algorithm>
#include <cmath>

#include "parameters/transform.hpp"
#include "scores/score.hpp"

namespace mollis::uncertainty {
namespace {

Field on_device(HostField const& values) {
  Field const field = make_field("map", static_cast<Index>(values.extent(0)));
  Kokkos::deep_copy(field, values);
  return field;
}

/// Mean square of a parameter over the core, less the part that is error.
double own_size(problem::Problem const& problem, parameters::Unknown const& unknown, HostField const& value, HostField const& variance) {
  HostField const square = make_host_field("size", static_cast<Index>(value.extent(0)));
  for (std::size_t i = 0; i < value.extent(0); ++i) square(i) = value(i) * value(i) - variance(i);
  return std::max(scores::mean_of(problem.space(), unknown, on_device(square), true), 0.0);
}

}  // namespace

FieldMap field_map(problem::Problem const& problem, std::size_t p, Field const& fitted, HostField const& variance) {
  auto const& unknown = problem.space().unknowns()[p];
  auto const value = on_host(parameters::value_of(unknown, fitted));
  auto const inside = problem.inside.empty() ? HostField() : HostField(on_host(problem.inside[p]));
  auto const is_inside = [&](std::size_t i) { return problem.inside.empty() || inside(i) != 0.0; };
  for (std::size_t i = 0; i < variance.extent(0); ++i)
    if (!is_inside(i)) variance(i) = NAN;
  double const own = unknown.settings.log ? 1.0 : own_size(problem, unknown, value, variance);
  auto const deviation = make_host_field("deviation", static_cast<Index>(variance.extent(0)));
  auto const known = make_host_field("known", static_cast<Index>(variance.extent(0)));
  for (std::size_t i = 0; i < variance.extent(0); ++i) {
    known(i) = own > 0.0 ? own / (own + variance(i)) : is_inside(i) ? 0.0 : NAN;
    deviation(i) = std::sqrt(variance(i)) * (unknown.settings.log ? std::abs(value(i)) : 1.0);
  }
  return {on_device(deviation), on_device(known)};
}

}  // namespace mollis::uncertainty
