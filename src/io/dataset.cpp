#include "io/dataset.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace mollis::io {
namespace {

using Json = nlohmann::json;

double constexpr nan = std::numeric_limits<double>::quiet_NaN();

Json optional(std::optional<double> const& value) { return value ? Json(*value) : Json(); }
std::optional<double> optional(Json const& value) {
  return value.is_null() ? std::nullopt : std::optional<double>(value.get<double>());
}

}  // namespace

void unpack(Packing const& packing, double* values, Index count) {
  if (packing.plain()) return;
  double const wrap = std::ldexp(1.0, packing.unsigned_bits);
  for (Index n = 0; n < count; ++n) {
    double v = values[n];
    bool const fill = std::find(packing.fills.begin(), packing.fills.end(), v) != packing.fills.end();
    if (packing.unsigned_bits > 0 && v < 0.0) v += wrap;
    bool const outside = (packing.low && v < *packing.low) || (packing.high && v > *packing.high);
    values[n] = fill || outside ? nan : packing.scale * v + packing.offset;
  }
}

std::vector<Index> Description::shape() const {
  std::vector<Index> sizes;
  for (auto const& axis : axes) sizes.push_back(axis.size);
  return sizes;
}

std::string shape_text(std::vector<Index> const& shape) { return fmt::format("({})", fmt::join(shape, ", ")); }

std::string shape_text(std::vector<Dimension> const& axes) {
  std::vector<std::string> parts;
  for (auto const& axis : axes)
    parts.push_back(axis.name.empty() ? std::to_string(axis.size) : fmt::format("{}: {}", axis.name, axis.size));
  return fmt::format("({})", fmt::join(parts, ", "));
}

std::string to_bytes(Description const& d) {
  Json axes = Json::array();
  for (auto const& a : d.axes) axes.push_back({a.name, a.size, a.coordinates, a.spacing, a.unit, a.labels});
  auto const& p = d.packing;
  Json const all = {d.dataset,       axes,         d.type,  d.unit,          d.title,
                    p.scale,         p.offset,     p.fills, optional(p.low), optional(p.high),
                    p.unsigned_bits, d.contiguous, d.scales};
  auto const bytes = Json::to_cbor(all);  // unlike text, it keeps NaN
  return std::string(bytes.begin(), bytes.end());
}

Description description_from(std::string const& bytes) {
  Json const all = Json::from_cbor(bytes.begin(), bytes.end());
  Description d;
  d.dataset = all[0];
  for (auto const& a : all[1]) d.axes.push_back({a[0], a[1], a[2], a[3], a[4], a[5]});
  d.type = all[2];
  d.unit = all[3];
  d.title = all[4];
  d.packing = {all[5], all[6], all[7], optional(all[8]), optional(all[9]), all[10]};
  d.contiguous = all[11];
  d.scales = all[12];
  return d;
}

}  // namespace mollis::io
