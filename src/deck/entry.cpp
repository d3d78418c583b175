#include "deck/entry.hpp"

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include "deck/values.hpp"

namespace mollis::deck {

Entry::Entry(Document& document, toml::table const& table, std::string section, toml::source_region region,
             std::string prefix)
    : document_(&document),
      table_(&table),
      section_(std::move(section)),
      prefix_(std::move(prefix)),
      region_(std::move(region)) {}

bool Entry::broken(std::string const& key) const { return document_->broken.count(section_ + "." + prefix_ + key) > 0; }

std::optional<std::int64_t> Entry::integer(std::string const& key) const {
  return has(key) ? node(key)->value<std::int64_t>() : std::nullopt;
}

std::optional<bool> Entry::flag(std::string const& key) const {
  return has(key) ? node(key)->value<bool>() : std::nullopt;
}

std::optional<double> Entry::number(std::string const& key) const {
  return has(key) ? real_of(*node(key)) : std::nullopt;
}

std::optional<std::string> Entry::text(std::string const& key) const {
  if (!has(key)) return std::nullopt;
  return expression_of(*node(key));
}

template <class T>
std::optional<std::vector<T>> Entry::list(std::string const& key) const {
  if (!has(key)) return std::nullopt;
  std::vector<T> values;
  for (auto const& entry : *node(key)->as_array()) {
    if constexpr (std::is_same_v<T, double>)
      values.push_back(*real_of(entry));
    else
      values.push_back(*entry.value<T>());
  }
  return values;
}
template std::optional<std::vector<std::int64_t>> Entry::list(std::string const&) const;
template std::optional<std::vector<double>> Entry::list(std::string const&) const;
template std::optional<std::vector<std::string>> Entry::list(std::string const&) const;

std::vector<Item> Entry::items(std::string const& key) const {
  return has(key) && node(key)->is_table() ? items_of(*node(key)->as_table()) : std::vector<Item>{};
}

std::optional<Entry> Entry::table(std::string const& key) const {
  if (!has(key) || !node(key)->is_table()) return std::nullopt;
  toml::source_region const where = node(key)->source().begin ? node(key)->source() : region_;
  return Entry(*document_, *node(key)->as_table(), section_, where, prefix_ + key + ".");
}

Place Entry::place(std::string const& key) const {
  bool const written = has(key) && node(key)->source().begin;
  return region(written ? node(key)->source() : region_, key);
}

Places Entry::places() const {
  Places all{place(), {}};
  for (auto const& [name, node] : *table_) {
    std::string const key(name.str());
    if (node.source().begin) all.keys[key] = node.is_string() ? text_place(key) : place(key);
  }
  return all;
}

Place Entry::element(std::string const& key, std::size_t i) const {
  toml::node const* const entry = node(key)->as_array()->get(i);
  return entry && entry->source().begin ? region(entry->source(), key) : place(key);
}

Place Entry::text_place(std::string const& key) const {
  return document_->text_place(*node(key), section_, prefix_ + key);
}

Place Entry::region(toml::source_region const& where, std::string const& key) const {
  return document_->place(where, section_, prefix_ + key);
}

std::vector<Item> items_of(toml::table const& table) {
  std::vector<Item> all;
  for (auto const& [key, value] : table) all.push_back({std::string(key.str()), key.source(), &value});
  auto const from_deck = [](Item const& item) {
    return item.region.path && item.region.path->rfind("override \"", 0) != 0;
  };
  std::stable_sort(all.begin(), all.end(), [&](Item const& a, Item const& b) {
    return std::make_tuple(!from_deck(a), a.region.begin.line, a.region.begin.column) <
           std::make_tuple(!from_deck(b), b.region.begin.line, b.region.begin.column);
  });
  return all;
}

std::string expression_of(toml::node const& node) {
  if (node.is_string()) return *node.value<std::string>();
  return node.is_integer() ? std::to_string(*node.value<std::int64_t>()) : number(*node.value<double>());
}

std::vector<std::pair<std::string, Entry>> named_entries(Document& document, std::string const& section) {
  std::vector<std::pair<std::string, Entry>> all;
  toml::table const* const table = document.root[section].as_table();
  if (!table) return all;
  for (auto const& item : items_of(*table)) {
    all.emplace_back(item.name, Entry(document, *item.node->as_table(), section + "." + item.name, item.region));
  }
  return all;
}

}  // namespace mollis::deck
