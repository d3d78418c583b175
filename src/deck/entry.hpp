#pragma once
/// Typed access to the tables of a checked document.
#include <optional>
#include <string>
#include <vector>

#include "deck/document.hpp"

namespace mollis::deck {

/// A named value of a table, in the deck's order (those that overrides add come last).
struct Item {
  std::string name;
  toml::source_region region;  ///< of the name
  toml::node const* node;
};

class Entry {
 public:
  /// `section` is the name in messages; `prefix` what stands before its keys there ("smoothness.").
  Entry(Document& document, toml::table const& table, std::string section, toml::source_region region,
        std::string prefix = "");

  /// Absent: not written and without a default, or reported as wrong.
  toml::node const* node(std::string const& key) const { return table_->get(key); }
  bool has(std::string const& key) const { return table_->contains(key); }
  bool broken(std::string const& key) const;  ///< reported before
  std::optional<std::int64_t> integer(std::string const& key) const;
  std::optional<double> number(std::string const& key) const;
  std::optional<bool> flag(std::string const& key) const;
  std::optional<std::string> text(std::string const& key) const;  ///< numbers too, as expressions
  template <class T>
  std::optional<std::vector<T>> list(std::string const& key) const;
  std::vector<Item> items(std::string const& key) const;     ///< of the table of that key; empty where absent
  std::optional<Entry> table(std::string const& key) const;  ///< empty where it is no table

  Place place(std::string const& key = "") const;  ///< of the value; of the section where nothing is written
  Places places() const;                           ///< of the section and of the keys written here, those of tables below not
  Place element(std::string const& key, std::size_t i) const;
  Place text_place(std::string const& key) const;  ///< of the first character of a text
  Place region(toml::source_region const& where, std::string const& key) const;
  void report(std::string const& key, std::string const& what) const { document_->problems.add(place(key), what); }
  void report(Place const& where, std::string const& what) const { document_->problems.add(where, what); }
  Document& document() const { return *document_; }
  std::string const& section() const { return section_; }

 private:
  Document* document_;
  toml::table const* table_;
  std::string section_, prefix_;
  toml::source_region region_;
};

std::vector<Item> items_of(toml::table const& table);
std::string expression_of(toml::node const& node);  ///< text, or a number as text

/// The tables of a named section ("observations"), in the deck's order.
std::vector<std::pair<std::string, Entry>> named_entries(Document& document, std::string const& section);

}  // namespace mollis::deck
