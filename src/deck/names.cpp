#include "deck/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "run/shown.hpp"

namespace mollis::deck {

namespace {

// As in equation::is_reserved, and all axes.
constexpr std::array<std::string_view, 31> reserved = {
    "sqrt", "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "erf", "abs",
    "sign", "step", "min", "max", "where", "pi", "d", "lap", "dt", "dz", "dy", "dx", "t", "z", "y", "x"};

}  // namespace

bool is_identifier(std::string const& name) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  auto inner = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), inner);
}

bool is_reserved(std::string const& name) {
  return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

void Names::claim(std::string const& name, std::string const& what, Place const& place, Problems& problems) {
  if (!is_identifier(name)) {
    problems.add(place, fmt::format("\"{}\" cannot stand in an expression; use letters, digits and underscores, "
                                    "a letter first",
                                    run::shown(name)));
    return;
  }
  if (is_reserved(name)) {
    problems.add(place, fmt::format("\"{}\" is an axis, a function or an operator; choose another name for {}",
                                    run::shown(name), what));
    return;
  }
  auto const [taken, fresh] = taken_.emplace(name, what);
  if (!fresh) problems.add(place, fmt::format("\"{}\" already names {}; choose another name", run::shown(name), taken->second));
}

}  // namespace mollis::deck
