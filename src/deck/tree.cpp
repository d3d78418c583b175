#include "deck/tree.hpp"

#include <fmt/format.h>

#include <utility>

#include "deck/suggest.hpp"
#include "deck/values.hpp"

namespace mollis::deck {

namespace {

void put(toml::table& table, std::string const& key, std::string const& toml) {
  toml::table const parsed = toml::parse("value = " + toml);
  // A copy carries no place: a default stands nowhere in the deck.
  parsed.begin()->second.visit([&](auto const& node) { table.insert_or_assign(key, node); });
}

/// What to do about a key that the section does not know.
std::string unknown_key(Section const& section, std::string const& key) {
  std::string const owners = owners_of(key);
  if (!owners.empty()) return fmt::format("unknown key here; it belongs to {}; move it there", owners);
  std::string const here = did_you_mean(key, key_names(section));
  if (!here.empty()) return fmt::format("unknown key{}; rename or remove it", here);
  for (auto const& other : schema()) {
    std::string const near = nearest(key, key_names(other));
    if (!near.empty()) {
      return fmt::format("unknown key; did you mean \"{}\" of [{}]?; move or remove it", near, other.title());
    }
  }
  return fmt::format("unknown key; [{}] knows {}; remove it", section.title(), quoted_list(key_names(section)));
}

/// A table of the deck: its section in messages, what stands before its keys there, and where it begins.
struct Where {
  std::string section, prefix;
  toml::source_region region;
};

using Entries = std::vector<std::pair<std::string, toml::source_region>>;

/// Names and places of a table's keys: a copy, so that the table may change meanwhile.
Entries entries(toml::table const& table) {
  Entries all;
  for (auto const& [key, node] : table) all.emplace_back(std::string(key.str()), key.source());
  return all;
}

class Checker {
 public:
  explicit Checker(Document& document) : document_(document), root_(document.root) {}

  void sections() {
    for (auto const& [name, region] : entries(root_)) {
      if (find_section(name))
        section(name, region);
      else if (find_section(name + ".*"))
        named(name, region);
      else
        stranger(name, region);
    }
    for (auto const& known : schema()) {
      bool const plain = known.pattern.find('.') == std::string::npos;
      if (!plain || known.optional || root_.contains(known.pattern)) continue;
      put(root_, known.pattern, "{}");
      defaults(known, *root_[known.pattern].as_table(), {known.pattern, "", {}}, false);
    }
  }

 private:
  void report(toml::source_region const& region, Where const& where, std::string const& key, std::string const& what) {
    document_.problems.add(document_.place(region, where.section, where.prefix + key), what);
  }

  void drop(toml::table& table, Where const& where, std::string const& key) {
    document_.broken.insert(where.section + (where.section.empty() ? "" : ".") + where.prefix + key);
    table.erase(key);
  }

  void section(std::string const& name, toml::source_region const& region) {
    toml::node& node = *root_.get(name);
    if (toml::table* const table = node.as_table()) return keys(*find_section(name), *table, {name, "", region});
    report(region, {name, "", {}}, "",
           fmt::format("expected a section, got {}; write [{}] once, on a line of its own", describe(node), name));
    drop(root_, {}, name);
  }

  void named(std::string const& name, toml::source_region const& region) {
    Section const& known = *find_section(name + ".*");
    toml::node& node = *root_.get(name);
    toml::table* const table = node.as_table();
    if (!table) {
      report(region, {name, "", {}}, "",
             fmt::format("expected tables, got {}; write [{}]", describe(node), known.title()));
      return drop(root_, {}, name);
    }
    for (auto const& [entry, place] : entries(*table)) {
      if (toml::table* const inner = table->get(entry)->as_table()) {
        keys(known, *inner, {name + "." + entry, "", place});
        continue;
      }
      report(place, {name, "", {}}, entry,
             fmt::format("expected a table, got {}; keys stand in a table with a name: [{}]",
                         describe(*table->get(entry)), known.title()));
      table->erase(entry);
      document_.broken.insert(name);
    }
  }

  void stranger(std::string const& name, toml::source_region const& region) {
    bool const table = !root_.get(name)->is_value();
    std::string const owners = table ? "" : owners_of(name);
    std::string const what = !owners.empty()
                                 ? fmt::format("key outside its section; it belongs to {}; move it there", owners)
                                 : fmt::format("unknown {}{}; 'mollis help deck' lists all sections and keys",
                                               table ? "section" : "key", did_you_mean(name, section_names()));
    document_.problems.add(document_.place(region, table ? name : "", table ? "" : name), what);
    root_.erase(name);
  }

  void keys(Section const& known, toml::table& table, Where const& where) {
    for (auto const& [name, region] : entries(table)) {
      Key const* const key = known.find(name);
      if (!key) {
        report(region, where, name, unknown_key(known, name));
        table.erase(name);
      } else {
        value(known, *key, table, where, region);
      }
    }
    defaults(known, table, where, true);
  }

  void value(Section const& known, Key const& key, toml::table& table, Where const& where,
             toml::source_region const& region) {
    toml::node& node = *table.get(key.name);
    auto const complain = [&](toml::node const& at, std::string const& what) {
      report(at.source().begin ? at.source() : region, where, key.name, what);
    };
    if (!check_value(key, node, complain)) return drop(table, where, key.name);
    if (key.type != Type::table) return;
    keys(*find_section(known.pattern + "." + key.name), *node.as_table(),
         {where.section, where.prefix + key.name + ".", node.source()});
  }

  /// Puts defaults where nothing was written; asks for what is required (if `ask`).
  void defaults(Section const& known, toml::table& table, Where const& where, bool ask) {
    for (auto const& key : known.keys) {
      bool const broken = document_.broken.count(where.section + "." + where.prefix + key.name) > 0;
      if (broken || table.contains(key.name)) continue;
      if (key.required && ask) {
        report(where.region, where, key.name,
               fmt::format("required key is missing; add {} = {}", key.name, key.example));
        document_.broken.insert(where.section + "." + where.prefix + key.name);
      }
      if (key.fallback.empty()) continue;
      put(table, key.name, key.fallback);
      if (key.type == Type::table) {
        defaults(*find_section(known.pattern + "." + key.name), *table[key.name].as_table(),
                 {where.section, where.prefix + key.name + ".", where.region}, ask);
      }
    }
  }

  Document& document_;
  toml::table& root_;
};

}  // namespace

void check_tree(Document& document) { Checker(document).sections(); }

}  // namespace mollis::deck
