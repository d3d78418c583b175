#include "io/formats/cf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "io/formats/all.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

/// The numbers of an attribute, `count` of them (0: any number). Throws where it holds something else.
std::vector<double> numbers_of(CfAttributes const& attributes, std::string const& name, std::size_t count,
                               std::string const& where) {
  auto const values = attributes.numbers(name);
  if (!values.empty() && (count == 0 || values.size() == count)) return values;
  throw run::Error(
      run::Exit::bad_data,
      fmt::format("{}: its attribute {} is not {}, so its values are not known; mend or remove the attribute", where,
                  name,
                  count == 0   ? "numbers"
                  : count == 1 ? "one number"
                               : fmt::format("{} numbers", count)));
}

double factor_of(CfAttributes const& attributes, std::string const& name, double otherwise, std::string const& where) {
  if (!attributes.has(name)) return otherwise;
  double const value = numbers_of(attributes, name, 1, where).front();
  if (std::isfinite(value) && (value != 0.0 || name != "scale_factor")) return value;
  throw run::Error(run::Exit::bad_data,
                   fmt::format("{}: its attribute {} is {}; mend or remove the attribute", where, name, value));
}

void add_range(Packing& packing, CfAttributes const& attributes, Stored const& stored, std::string const& where) {
  std::optional<double> low, high;
  bool real = false;
  auto const take = [&](std::string const& name, std::size_t count) {
    if (!attributes.has(name)) return;
    auto const values = numbers_of(attributes, name, count, where);
    real = real || attributes.real(name);
    if (name != "valid_max") low = values.front();
    if (name != "valid_min") high = values.back();
  };
  take("valid_min", 1);
  take("valid_max", 1);
  take("valid_range", 2);
  if (stored.integer && real) {  // of the true values, not of the stored ones
    for (auto* bound : {&low, &high})
      if (*bound) *bound = (**bound - packing.offset) / packing.scale;
    if (packing.scale < 0.0) std::swap(low, high);
  }
  for (auto* bound : {&low, &high})
    if (*bound && packing.unsigned_bits > 0 && **bound < 0.0) **bound += std::ldexp(1.0, packing.unsigned_bits);
  packing.low = low;
  packing.high = high;
}

}  // namespace

std::string Stored::name() const {
  return fmt::format("{}{}", integer ? (negative ? "int" : "uint") : "float", 8 * bytes);
}

Packing cf_packing(CfAttributes const& attributes, Stored const& stored, std::string const& where) {
  Packing packing;
  packing.scale = factor_of(attributes, "scale_factor", 1.0, where);
  packing.offset = factor_of(attributes, "add_offset", 0.0, where);
  if (stored.integer && stored.negative && lower_case(attributes.text("_Unsigned")) == "true")
    packing.unsigned_bits = 8 * stored.bytes;
  for (auto const* name : {"_FillValue", "missing_value"}) {
    if (!attributes.has(name)) continue;
    for (double fill : numbers_of(attributes, name, 0, where)) {
      if (!stored.integer && stored.bytes == 4) fill = static_cast<double>(static_cast<float>(fill));
      if (!std::isnan(fill)) packing.fills.push_back(fill);
    }
  }
  add_range(packing, attributes, stored, where);
  return packing;
}

std::vector<double> netcdf_default_fill(Stored const& stored) {
  if (!stored.integer)
    return {stored.bytes == 4 ? static_cast<double>(9.9692099683868690e+36f) : 9.9692099683868690e+36};
  static std::map<std::pair<int, bool>, double> const fills{
      {{2, true}, -32767.0}, {{4, true}, -2147483647.0}, {{8, true}, -9223372036854775806.0},
      {{2, false}, 65535.0}, {{4, false}, 4294967295.0}, {{8, false}, 18446744073709551614.0}};
  auto const found = fills.find({stored.bytes, stored.negative});
  return found == fills.end() ? std::vector<double>{} : std::vector<double>{found->second};
}

double seconds_in(std::string const& unit) {
  auto const text = lower_case(unit);
  auto const end = text.find(" since ");
  if (end == std::string::npos) return 0.0;
  double constexpr day = 86400.0, year = 365.242198781 * day;
  static std::map<std::string, double> const units{{"s", 1},
                                                   {"sec", 1},
                                                   {"secs", 1},
                                                   {"second", 1},
                                                   {"seconds", 1},
                                                   {"ms", 1e-3},
                                                   {"msec", 1e-3},
                                                   {"millisecond", 1e-3},
                                                   {"milliseconds", 1e-3},
                                                   {"us", 1e-6},
                                                   {"microsecond", 1e-6},
                                                   {"microseconds", 1e-6},
                                                   {"min", 60},
                                                   {"mins", 60},
                                                   {"minute", 60},
                                                   {"minutes", 60},
                                                   {"h", 3600},
                                                   {"hr", 3600},
                                                   {"hrs", 3600},
                                                   {"hour", 3600},
                                                   {"hours", 3600},
                                                   {"d", day},
                                                   {"day", day},
                                                   {"days", day},
                                                   {"week", 7 * day},
                                                   {"weeks", 7 * day},
                                                   {"month", year / 12},
                                                   {"months", year / 12},
                                                   {"common_year", 365 * day},
                                                   {"common_years", 365 * day},
                                                   {"year", year},
                                                   {"years", year}};
  auto const found = units.find(text.substr(0, end));
  return found == units.end() ? 0.0 : found->second;
}

std::string fault_of_times(std::string const& unit) {
  auto const text = lower_case(unit);
  if (text.find(" as %") != std::string::npos)
    return "are dates written as numbers, which jump at the end of each month; write the time since a date";
  if (text.find(" since ") != std::string::npos && seconds_in(unit) == 0.0)
    return "are of no unit that is known; write them in s, min, h or d, or their number alone without units";
  return "";
}

}  // namespace mollis::io
