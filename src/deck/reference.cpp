// `mollis help deck`.
#include <fmt/format.h>

#include "deck/effective.hpp"
#include "deck/schema.hpp"
#include "deck/suggest.hpp"

namespace mollis::deck {

namespace {

std::string type_text(Key const& key) {
  switch (key.type) {
    case Type::boolean:
      return "true or false";
    case Type::integer:
      return "integer";
    case Type::integers:
      return "list of integers";
    case Type::number:
      return "number";
    case Type::numbers:
      return "list of numbers";
    case Type::text:
      return "text";
    case Type::texts:
      return "list of texts";
    case Type::choice:
      return "word";
    case Type::expression:
      return "expression or number";
    case Type::expressions:
      return "table of expressions by name";
    case Type::names:
      return "table of texts by name";
    case Type::file:
      return "path";
    case Type::noise:
      return "\"auto\", \"poisson\", number or table";
    case Type::deviation:
      return "number or { relative = number }";
    case Type::weight:
      return "\"auto\" or number";
    case Type::radius:
      return "\"auto\", integer or table";
    case Type::axis_numbers:
      return "table of numbers by axis";
    case Type::axis_choices:
      return "table of words by axis";
    case Type::axis_integers:
      return "table of integers by axis";
    case Type::axis_ranges:
      return "table of two integers by axis";
    case Type::table:
      return "table";
  }
  return "";
}

std::string key_text(Section const& section, Key const& key) {
  std::string facts = type_text(key);
  if (!key.unit.empty()) facts += fmt::format(", unit: {}", key.unit);
  if (!key.allowed.empty()) facts += ", out of " + quoted_list(key.allowed);
  if (!key.limits.text().empty()) facts += ", " + key.limits.text();
  if (key.required)
    facts += "; required";
  else if (key.type == Type::table && find_section(section.pattern + "." + key.name))
    facts += fmt::format("; keys below, [{}.{}]", section.title(), key.name);
  else if (!key.fallback.empty())
    facts += "; default " + key.fallback;
  else if (!key.computed.empty())
    facts += "; default: " + key.computed;
  std::string text = fmt::format("  {:<15} {}\n  {:<15} {}\n", key.name, key.help, "", facts);
  if (!key.example.empty()) text += fmt::format("  {:<15} example: {} = {}\n", "", key.name, key.example);
  return text;
}

}  // namespace

std::string reference() {
  std::string text =
      "A deck is a TOML file. Required: [grid] with axes and points, lower, upper (or coordinates); one\n"
      "[observations.STATE]; one [parameters.NAME] with over; [equation] with residual or residuals. Any key may be "
      "given\n"
      "on the command line instead, as section.key=value. Relative paths start at the deck.\n";
  for (auto const& section : schema()) {
    text += fmt::format("\n{}  {}\n", section.header(), section.help);
    for (auto const& key : section.keys) text += key_text(section, key);
  }
  return text;
}

}  // namespace mollis::deck
