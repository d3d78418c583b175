#include "deck/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "deck/suggest.hpp"
#include "run/shown.hpp"

namespace mollis::deck {

namespace {

std::string advice(Key const& key) {
  std::string const& sample = key.example.empty() ? key.fallback : key.example;
  return sample.empty() ? "" : fmt::format("; write for example {} = {}", key.name, sample);
}

bool is_number(toml::node const& node) { return node.is_integer() || node.is_floating_point(); }

struct Check {
  Key const& key;
  Complaint const& complain;

  bool fail(toml::node const& node, std::string const& what) const {
    complain(node, what);
    return false;
  }
  bool expect(bool fits, toml::node const& node, char const* what) const {
    return fits || fail(node, fmt::format("expected {}, got {}{}", what, describe(node), advice(key)));
  }
  bool limits(toml::node const& node) const {
    double const value = *real_of(node);
    if (!std::isfinite(value)) return fail(node, fmt::format("{} is not a finite number; write one", value));
    if (key.limits.contains(value)) return true;
    std::string const text = node.is_integer() ? std::to_string(node.as_integer()->get()) : fmt::format("{}", value);
    return fail(node, fmt::format("{} is out of range; choose a number {}", text, key.limits.text()));
  }
  bool integer(toml::node const& node) const { return expect(node.is_integer(), node, "an integer") && limits(node); }
  bool real(toml::node const& node) const { return expect(is_number(node), node, "a number") && limits(node); }
  bool allowed(toml::node const& node) const {
    std::string const word = *node.value<std::string>();
    if (key.allowed.empty() || std::find(key.allowed.begin(), key.allowed.end(), word) != key.allowed.end())
      return true;
    return fail(node, fmt::format("\"{}\" is not known here{}; choose one of {}", run::shown(word),
                                  did_you_mean(word, key.allowed), quoted_list(key.allowed)));
  }
  bool text(toml::node const& node) const {
    if (!expect(node.is_string(), node, "text")) return false;
    std::string const value = *node.value<std::string>();
    if (key.type != Type::texts && value.find_first_not_of(" \t\r\n") == std::string::npos) {
      return fail(node, "the text is empty" + advice(key));
    }
    return allowed(node);
  }
  bool expression(toml::node const& node) const {
    if (is_number(node)) return limits(node);
    return expect(node.is_string(), node, "an expression (text) or a number") && text(node);
  }
  bool automatic(toml::node const& node, char const* what, std::vector<std::string> const& words = {"auto"}) const {
    if (!expect(node.is_string(), node, what)) return false;
    std::string const word = *node.value<std::string>();
    if (std::find(words.begin(), words.end(), word) != words.end()) return true;
    return fail(node, fmt::format("expected {}, got the text \"{}\"{}{}", what, run::shown(word), did_you_mean(word, words),
                                  advice(key)));
  }
  bool not_negative(toml::node const& node) const {
    double const value = *real_of(node);
    return (value >= 0.0 && std::isfinite(value)) ||
           fail(node, fmt::format("{} is out of range; choose a number at least 0", value));
  }
  /// { proportional, floor }, { gain, offset } and { file, dataset }.
  bool varying(toml::table const& table) const {
    bool good = true;
    for (auto const& [name, node] : table) {
      std::string const word(name.str());
      if (word == "file" || word == "dataset")
        good = expect(node.is_string(), node, "text") && good;
      else if (word != "proportional" && word != "floor" && word != "gain" && word != "offset")
        good = fail(node, fmt::format("unknown key \"{}\"{}; write {}", run::shown(word),
                                      did_you_mean(word, {"relative", "proportional", "floor", "gain", "offset", "file", "dataset"}), forms));
      else if ((word == "gain" || word == "offset") && node.is_string())
        good = automatic(node, word == "gain" ? "a positive number or \"auto\"" : "a number or \"auto\"") && good;
      else if (!is_number(node) || !std::isfinite(*real_of(node)) || ((word == "proportional" || word == "gain") && !(*real_of(node) > 0.0)) ||
               (word == "floor" && *real_of(node) < 0.0))
        good = fail(node, fmt::format("{}: expected a {}number, got {}", word, word == "offset" ? "" : "positive ", describe(node)));
    }
    auto const both = [&](char const* a, char const* b, bool needs_b) {
      return table.contains(a) && (table.contains(b) || !needs_b) && table.size() == (table.contains(b) ? 2u : 1u);
    };
    bool const whole = both("proportional", "floor", false) || both("gain", "offset", false) || both("file", "dataset", true);
    return (whole || !good || fail(table, fmt::format("these do not make a noise; write {}", forms))) && good;
  }
  static constexpr char const* forms =
      "{ relative = 0.01 }, { proportional = 0.05, floor = 0.1 }, { gain = 2.0, offset = 100.0 } (counts; each may be \"auto\") or { file = \"a.h5\", dataset = \"sigma\" }";
  bool relative(toml::table const& table) const {
    bool good = true;
    for (auto const& [name, node] : table) {
      if (name != "relative") {
        good = fail(node, fmt::format("unknown key \"{}\"{}; write {{ relative = 0.01 }}", run::shown(std::string(name.str())),
                                      did_you_mean(std::string(name.str()), {"relative"})));
      } else if (!is_number(node)) {
        good =
            fail(node, fmt::format("relative: expected a number, got {}; write {{ relative = 0.01 }}", describe(node)));
      } else if (double const value = *real_of(node); !(value > 0.0) || !std::isfinite(value)) {
        good = fail(node, fmt::format("relative: {} is out of range; choose a number greater than 0", value));
      }
    }
    return table.empty() ? fail(table, "the table is empty; write { relative = 0.01 }") : good;
  }
  bool noise(toml::node const& node, bool may_be_automatic) const {
    if (node.is_table()) {
      auto const& table = *node.as_table();
      bool const varies = std::any_of(table.begin(), table.end(), [](auto const& entry) {
        auto const word = entry.first.str();
        return word == "proportional" || word == "floor" || word == "gain" || word == "offset" || word == "file" || word == "dataset";
      });
      return may_be_automatic && varies ? varying(table) : relative(table);
    }
    if (is_number(node)) return not_negative(node);
    if (may_be_automatic && node.is_string() && *node.value<std::string>() == "poisson") return true;
    if (may_be_automatic) return automatic(node, "\"auto\", a number or { relative = 0.01 }");
    return expect(false, node, "a number or { relative = 0.01 }");
  }
  bool weight(toml::node const& node) const {
    return is_number(node) ? limits(node) : automatic(node, "\"auto\" or a number");
  }
  bool orders(toml::table const& table) const {
    bool good = !table.empty() || fail(table, "the table of orders is empty; write for example { 0 = 8, 2 = 12 }");
    for (auto const& [name, node] : table) {
      bool const order = name.str().size() == 1 && name.str()[0] >= '0' && name.str()[0] <= '6';
      if (!order)
        good = fail(node, fmt::format("\"{}\" is not a derivative order; choose 0 to 6", run::shown(std::string(name.str()))));
      else
        good = integer(node) && good;
    }
    return good;
  }
  bool radius(toml::node const& node) const {
    if (node.is_integer()) return limits(node);
    if (!node.is_table()) return automatic(node, "\"auto\", \"adaptive\", an integer or a table of axes", {"auto", "adaptive"});
    bool good = true;
    for (auto const& [name, entry] : *node.as_table()) {
      good = (entry.is_table() ? orders(*entry.as_table()) : integer(entry)) && good;
    }
    return good;
  }
  template <class Each>
  bool list(toml::node const& node, char const* what, Each const& each) const {
    if (!expect(node.is_array(), node, what)) return false;
    bool good = true;
    for (auto const& entry : *node.as_array()) good = each(entry) && good;
    return good;
  }
  bool range(toml::node const& node) const {
    auto const as_integer = [&](toml::node const& n) { return integer(n); };
    if (!list(node, "a first index and an end, [10, 200]", as_integer)) return false;
    auto const& both = *node.as_array();
    if (both.size() != 2) return fail(node, fmt::format("{} numbers; give the first index and the end: [10, 200]", both.size()));
    if (*real_of(both[0]) < *real_of(both[1])) return true;
    return fail(node, fmt::format("[{}, {}] holds no point; the end is the index after the last", *real_of(both[0]), *real_of(both[1])));
  }
  template <class Each>
  bool map(toml::node const& node, char const* what, Each const& each) const {
    if (!expect(node.is_table(), node, what)) return false;
    bool good = true;
    for (auto const& [name, entry] : *node.as_table()) good = each(entry) && good;
    return good;
  }
  bool run(toml::node const& node) const {
    auto const as_integer = [&](toml::node const& n) { return integer(n); };
    auto const as_number = [&](toml::node const& n) { return real(n); };
    auto const as_text = [&](toml::node const& n) { return text(n); };
    auto const as_expression = [&](toml::node const& n) { return expression(n); };
    switch (key.type) {
      case Type::boolean:
        return expect(node.is_boolean(), node, "true or false");
      case Type::integer:
        return integer(node);
      case Type::number:
        return real(node);
      case Type::text:
      case Type::file:
      case Type::choice:
        return text(node);
      case Type::expression:
        return expression(node);
      case Type::noise:
        return noise(node, true);
      case Type::deviation:
        return noise(node, false);
      case Type::weight:
        return weight(node);
      case Type::radius:
        return radius(node);
      case Type::integers:
        return list(node, "a list of integers", as_integer);
      case Type::numbers:
        return list(node, "a list of numbers", as_number);
      case Type::texts:
        return list(node, "a list of texts", as_text);
      case Type::expressions:
        return map(node, "a table of expressions", as_expression);
      case Type::names:
        return map(node, "a table of texts", as_text);
      case Type::axis_numbers:
        return map(node, "a table of numbers by axis", as_number);
      case Type::axis_choices:
        return map(node, "a table of words by axis", as_text);
      case Type::axis_integers:
        return map(node, "a table of integers by axis", as_integer);
      case Type::axis_ranges:
        return map(node, "a table of two integers by axis", [&](toml::node const& n) { return range(n); });
      case Type::table:
        break;
    }
    return expect(node.is_table(), node, "a table");
  }
};

}  // namespace

bool check_value(Key const& key, toml::node const& node, Complaint const& complain) {
  return Check{key, complain}.run(node);
}

std::optional<double> real_of(toml::node const& node) {
  if (auto const integer = node.as_integer()) return static_cast<double>(integer->get());
  return node.is_floating_point() ? node.value<double>() : std::nullopt;
}

std::string describe(toml::node const& node) {
  if (node.is_string()) return fmt::format("the text {}", quote(run::shown(*node.value<std::string>())));
  if (node.is_integer()) return fmt::format("the integer {}", *node.value<std::int64_t>());
  if (node.is_floating_point()) return fmt::format("the number {}", number(*node.value<double>()));
  if (node.is_boolean()) return *node.value<bool>() ? "true" : "false";
  return node.is_array() ? "a list" : node.is_table() ? "a table" : "a date or time";
}

}  // namespace mollis::deck
