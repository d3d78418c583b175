#include "deck/document.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <sstream>
#include <utility>

#include "deck/schema.hpp"
#include "deck/values.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::deck {

namespace {

std::string line_of(std::string const& text, int number) {
  std::istringstream in(text);
  std::string found;
  for (int i = 0; i < number; ++i) {
    if (!std::getline(in, found)) return "";
  }
  return found;
}

/// Text from the 1-based column on, columns counted in UTF-8 characters.
std::string from_column(std::string const& text, int column) {
  std::size_t at = 0;
  for (int i = 1; i < column && at < text.size(); ++i) {
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u);
  }
  return text.substr(at);
}

std::string trimmed(std::string const& text) {
  auto const first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// "[section] key" as far as it can be told from the lines up to a syntax error.
Place guess_place(Source const& source, toml::source_region const& region) {
  Place place{source.path, "", "", static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
  for (int number = place.line; number > 0 && place.section.empty(); --number) {
    std::string const text = trimmed(line_of(source.text, number));
    auto const equals = text.find('=');
    if (number == place.line && equals != std::string::npos) place.key = trimmed(text.substr(0, equals));
    auto const close = text.find(']');
    if (text.rfind('[', 0) == 0 && close != std::string::npos) place.section = text.substr(1, close - 1);
  }
  return place;
}

std::string one_line(std::string_view text) {
  std::string flat(text);
  for (char& c : flat) c = c == '\n' || c == '\r' ? ' ' : c;
  return flat;
}

/// The schema's key for a path such as {"parameters", "lambda", "smoothness", "weight"}, or nullptr.
Key const* declared(std::vector<std::string> const& path) {
  for (auto const& section : schema()) {
    std::istringstream parts(section.pattern);
    std::string part;
    std::size_t matched = 0;
    bool fits = true;
    while (fits && std::getline(parts, part, '.')) {
      fits = matched + 1 < path.size() && (part == "*" || part == path[matched]);
      ++matched;
    }
    if (fits && matched + 1 == path.size() && section.find(path.back())) return section.find(path.back());
  }
  return nullptr;
}

/// The path of an override of an experiment, as that of the same key outside experiments.
std::vector<std::string> of_section(std::vector<std::string> const& path) {
  bool const experiment = path.size() > 2 && path.front() == "experiment";
  return {path.begin() + (experiment ? 2 : 0), path.end()};
}

/// The table of the [[experiment]] of that name, or number where it has none; nullptr.
toml::table* find_experiment(toml::table& root, std::string const& name) {
  toml::array* const all = root["experiment"].as_array();
  for (std::size_t i = 0; all && i < all->size(); ++i) {
    toml::table* const table = all->get(i)->as_table();
    if (table && (*table)["name"].value_or(std::to_string(i + 1)) == name) return table;
  }
  return nullptr;
}

bool takes_text(Key const* key) {
  return key && (key->type == Type::text || key->type == Type::file || key->type == Type::expression ||
                 key->type == Type::choice);
}

/// The parts of a dotted key, from a document that holds that key alone; empty where it holds anything else.
std::vector<std::string> path_of(toml::table const& document) {
  std::vector<std::string> path;
  for (toml::table const* table = &document; table;) {
    if (table->size() != 1) return {};
    path.emplace_back(table->begin()->first.str());
    table = table->begin()->second.as_table();
  }
  return path;
}

/// Moves the end of a chain of tables to its place in the tree; tables on the way are joined, anything else replaced.
void merge(toml::table& tree, toml::table& chain, std::size_t depth) {
  auto entry = chain.begin();
  toml::table* const next = depth > 1 ? entry->second.as_table() : nullptr;
  auto const existing = tree.find(entry->first);
  if (next && existing != tree.end() && existing->second.is_table()) {
    merge(*existing->second.as_table(), *next, depth - 1);
    return;
  }
  if (existing != tree.end()) tree.erase(existing);
  entry->second.visit([&](auto&& node) { tree.insert(entry->first, std::move(node)); });
}

}  // namespace

Document::Document(Source source_, std::vector<std::string> const& overrides) : source(std::move(source_)) {
  try {
    root = toml::parse(source.text, source.path);
  } catch (toml::parse_error const& error) {
    Place const place = guess_place(source, error.source());
    throw run::Error(run::Exit::bad_deck, line(place, fmt::format("TOML syntax: {}; mend this line, the rest of the "
                                                                  "deck is not read",
                                                                  one_line(error.description()))));
  }
  for (auto const& text : overrides) apply(text);
}

void Document::apply(std::string const& text) {
  std::string const label = fmt::format("override \"{}\"", run::shown(text, 100));
  auto const wrong = [&](std::string const& what) { problems.add(Place{label, "", "", 0, 0}, what); };
  auto const equals = text.find('=');
  std::string const key = trimmed(text.substr(0, equals));
  std::string const value = equals == std::string::npos ? "" : trimmed(text.substr(equals + 1));
  if (equals == std::string::npos || key.empty()) return wrong("no key and value; write section.key=value");
  std::vector<std::string> path;
  try {
    path = path_of(toml::parse(key + " = 0"));
  } catch (toml::parse_error const&) {
  }
  if (path.size() < 2)
    return wrong(fmt::format("\"{}\" is not of the form section.key; write section.key=value", run::shown(key)));
  toml::table chain;
  bool as_text = false;
  try {
    chain = toml::parse(key + " = " + value, label);
    toml::node const* leaf = &chain;
    for (auto const& part : path) {
      toml::table const* const table = leaf->as_table();
      as_text = as_text || table->size() != 1;  // the value went on to a line of its own
      leaf = table->get(part);
    }
    as_text = as_text || (takes_text(declared(of_section(path))) && leaf->is_value() && !leaf->is_string());
  } catch (toml::parse_error const&) {
    as_text = true;
  }
  if (as_text) {
    try {
      chain = toml::parse(key + " = " + quote(value), label);
    } catch (toml::parse_error const& error) {
      return wrong(fmt::format("the value cannot be read: {}; write plain UTF-8 text", one_line(error.description())));
    }
  }
  if (path.front() != "experiment") return merge(root, chain, path.size());
  toml::table* const experiment = find_experiment(root, path[1]);
  if (!experiment || path.size() < 3)
    return wrong(experiment ? fmt::format("no key; write experiment.{}.observations.STATE.key=value", path[1])
                            : fmt::format("no such experiment; write experiment.NAME.key=value with the name of an [[experiment]], or its number"));
  merge(*experiment, *chain[path[0]][path[1]].as_table(), path.size() - 2);
}

toml::source_region const& Document::nearest(std::string const& section) const {
  static toml::source_region const none{};
  toml::source_region const* found = &none;
  std::istringstream parts(section);
  toml::table const* table = &root;
  for (std::string part; table && std::getline(parts, part, '.');) {
    auto const entry = table->find(part);
    if (entry == table->end()) break;
    if (entry->first.source().begin) found = &entry->first.source();
    table = entry->second.as_table();
  }
  return *found;
}

std::string Document::called(toml::source_region const& region, std::string const& section, std::string const& key) const {
  auto const found = labels.find(section);
  if (found == labels.end()) return section;
  bool const own = key.empty() || !region.begin || region.begin == found->second.region.begin || found->second.keys.count(key.substr(0, key.find('.'))) > 0;
  return own ? found->second.own : found->second.shared;
}

Place Document::place(toml::source_region const& region, std::string const& section, std::string const& key) const {
  toml::source_region const& where = region.begin ? region : nearest(section);
  bool const in_file = !where.path || *where.path == source.path;
  auto const title = called(region, section, key);
  if (!in_file) return {*where.path, title, key, 0, 0};
  if (!where.begin) return {source.path, title, key, 1, 1};
  return {source.path, title, key, static_cast<int>(where.begin.line), static_cast<int>(where.begin.column)};
}

Place Document::text_place(toml::node const& node, std::string const& section, std::string const& key) const {
  Place place = this->place(node.source(), section, key);
  if (place.line == 0) return place;
  std::string const rest = from_column(line_of(source.text, place.line), place.column);
  bool const multiline = rest.rfind("\"\"\"", 0) == 0 || rest.rfind("'''", 0) == 0;
  bool const single = !multiline && !rest.empty() && (rest[0] == '"' || rest[0] == '\'');
  if (multiline && trimmed(rest).size() == 3) {
    place.line += 1;
    place.column = 1;
  } else {
    place.column += multiline ? 3 : single ? 1 : 0;
  }
  return place;
}

std::string Document::absolute(std::string const& file) const {
  return (std::filesystem::path(source.directory) / file).lexically_normal().string();
}

}  // namespace mollis::deck
