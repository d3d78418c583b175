#include "deck/experiments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "deck/document.hpp"
#include "deck/entry.hpp"
#include "deck/schema.hpp"
#include "deck/suggest.hpp"
#include "deck/values.hpp"
#include "run/shown.hpp"

namespace mollis::deck {
namespace {

/// One [[experiment]] as written.
struct Written {
  toml::table* table;
  toml::source_region region;
  std::string name;

  std::string section() const { return "experiment." + name; }
  toml::table* part(char const* key) const { return (*table)[key].as_table(); }
  toml::table* part(char const* key, std::string const& name_of) const {
    toml::table* const all = part(key);
    return all ? (*all)[name_of].as_table() : nullptr;
  }
};

bool is_part_of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Moves the entries of one table over those of another.
void overlay(toml::table& base, toml::table& own) {
  for (auto&& [key, node] : own) {
    base.erase(key.str());
    node.visit([&, &name = key](auto&& value) { base.insert(name, std::move(value)); });
  }
}

class Spreader {
 public:
  Spreader(Document& document, std::vector<std::string> const& overrides)
      : document_(document), fresh_(document.source, overrides), overrides_(overrides) {}

  std::vector<Experiment> spread() {
    auto const found = document_.root.find("experiment");
    if (found == document_.root.end()) return {};
    read_tables(found->second, found->first.source());
    for (auto const& one : written_)
      experiments_.push_back({one.name, {}, document_.place(one.region, one.section(), "")});
    for (std::size_t e = 0; e < written_.size(); ++e) add_observations(e);
    for (std::size_t e = 0; e < written_.size(); ++e) add_fields(e);
    if (!written_.empty()) forget_defaults();
    document_.root.erase("experiment");
    return experiments_;
  }

 private:
  void report(toml::source_region const& region, std::string const& section, std::string const& key, std::string const& what) {
    document_.problems.add(document_.place(region, section, key), what);
  }

  void read_tables(toml::node& node, toml::source_region const& region) {
    toml::array* const all = node.as_array();
    if (!all || all->empty() || !all->is_homogeneous(toml::node_type::table)) {
      report(region, "experiment", "", fmt::format("expected tables in double brackets, got {}; write [[experiment]] once for each experiment",
                                                   node.is_table() ? "one in single ones" : describe(node)));
      document_.broken.insert("observations");
      return;
    }
    for (std::size_t i = 0; i < all->size(); ++i) {
      toml::table& table = *all->get(i)->as_table();
      written_.push_back({&table, table.source(), std::to_string(i + 1)});
      read_name(written_.back());
      check_keys(written_.back());
      refuse_twins();
    }
  }

  void read_name(Written& one) {
    if (toml::node const* const node = one.table->get("name")) {
      auto const name = node->value_exact<std::string>();
      if (!name || name->empty() || !std::all_of(name->begin(), name->end(), is_part_of_name))
        return report(node->source(), "experiment", "name", fmt::format("{} is no name; write letters, digits and underscores", describe(*node)));
      one.name = *name;
    }
  }

  /// Reports the last one and forgets it where another has its name.
  void refuse_twins() {
    auto const& one = written_.back();
    auto const twin = std::find_if(written_.begin(), written_.end(), [&](Written const& other) { return other.name == one.name; });
    if (twin == written_.end() - 1) return;
    report(one.region, "experiment", "name", fmt::format("\"{}\" is the name of experiment number {} already (where none is written, the "
                                                         "number is); choose another", one.name, twin - written_.begin() + 1));
    written_.pop_back();
  }

  void check_entries(Written const& one, std::string const& kind, toml::table const& tables) {
    for (auto const& item : items_of(tables))
      if (!item.node->is_table())
        report(item.region, one.section(), kind + "." + item.name,
               fmt::format("expected a table, got {}; write [experiment.{}.NAME] and its keys below", describe(*item.node), kind));
  }

  void check_keys(Written& one) {
    for (auto&& [key, node] : *one.table) {
      std::string const name(key.str());
      if (name == "name") continue;
      if (name != "observations" && name != "fields") {
        report(key.source(), one.section(), name, fmt::format("unknown key{}; an experiment has a name, observations and fields of its own, all "
                                                              "else stands outside", did_you_mean(name, key_names(*find_section("experiment")))));
        continue;
      }
      if (!node.is_table()) report(key.source(), one.section(), name, fmt::format("expected tables, got {}; write [experiment.{}.NAME]", describe(node), name));
      if (node.is_table()) check_entries(one, name, *node.as_table());
    }
  }

  /// Names of tables of this kind in any experiment and outside, in the order of the deck.
  std::vector<std::string> names_of(char const* kind) {
    std::vector<std::string> names;
    auto const add = [&](toml::table const* table) {
      if (!table) return;
      for (auto const& item : items_of(*table))
        if (item.node->is_table() && std::find(names.begin(), names.end(), item.name) == names.end()) names.push_back(item.name);
    };
    for (auto const& one : written_) add(one.part(kind));
    add(fresh_.root[kind].as_table());
    return names;
  }

  /// What all experiments have of a table unless they say otherwise: a copy of its own, with its places in the deck.
  toml::table outside(char const* kind, std::string const& name) {
    Document copy(document_.source, overrides_);
    toml::table* const found = copy.root[kind][name].as_table();
    return found ? std::move(*found) : toml::table();
  }

  /// [KIND.NAME_EXPERIMENT]
  void insert(char const* kind, std::size_t e, std::string const& name, toml::table&& table, toml::source_region const& region) {
    auto const& one = written_[e];
    std::string const whole = name + "_" + one.name;
    auto* const all = document_.root.emplace<toml::table>(kind).first->second.as_table();
    if (!all) return;  // told by the checks of the tree
    bool const taken = all->contains(whole) && (std::string(kind) == "fields" || made_.count(whole) > 0);
    if (taken || !made_.insert(whole).second)
      return report(region, one.section(), kind, fmt::format("\"{}\" of this experiment is called {}, as something else is; rename one of them",
                                                             run::shown(name), run::shown(whole)));
    experiments_[e].names[name] = whole;
    Label label{fmt::format("{}.{}.{}", one.section(), kind, name), fmt::format("{}.{}", kind, name), {}, region};
    if (toml::table const* const own = one.part(kind, name))
      for (auto const& item : items_of(*own)) label.keys.insert(item.name);
    document_.labels[fmt::format("{}.{}", kind, whole)] = label;
    if (toml::table* const own = one.part(kind, name)) overlay(table, *own);
    all->insert_or_assign(toml::key(whole, region), std::move(table));
  }

  /// Where a table of an experiment stands: the key that names it, or the experiment.
  toml::source_region place_of(Written const& one, char const* kind, std::string const& name) const {
    toml::table const* const all = one.part(kind);
    auto const found = all ? all->find(name) : toml::table::const_iterator();
    if (!all || found == all->end() || !found->first.source().path || *found->first.source().path != document_.source.path) return one.region;
    return found->first.source();
  }

  void add_observations(std::size_t e) {
    auto const& one = written_[e];
    for (auto const& state : names_of("observations")) {
      toml::table shared = outside("observations", state);
      bool const own = one.part("observations", state) != nullptr;
      if (!own && shared["kind"].value_or(std::string()) != "none") {
        report(one.region, one.section(), "observations",
               fmt::format("nothing is said of \"{0}\" in this experiment; add [experiment.observations.{0}] (kind = \"none\" where it was not observed)",
                           run::shown(state)));
        continue;
      }
      if (e > 0) shared.erase("mask");  // of the grid, once
      insert("observations", e, state, std::move(shared), place_of(one, "observations", state));
    }
  }

  void add_fields(std::size_t e) {
    auto const& one = written_[e];
    for (auto const& field : names_of("fields")) {
      if (one.part("fields", field))
        insert("fields", e, field, toml::table(), place_of(one, "fields", field));
      else if (fresh_.root["fields"][field].is_table())
        experiments_[e].names[field] = field;
      else
        report(one.region, one.section(), "fields", fmt::format("\"{0}\" is not given in this experiment, as it is in another; add "
                                                                "[experiment.fields.{0}], or [fields.{0}] for all that say nothing else", run::shown(field)));
    }
  }

  /// Takes away what stands for experiments alone.
  void forget_defaults() {
    for (char const* const kind : {"observations", "fields"}) {
      toml::table* const all = document_.root[kind].as_table();
      if (!all) continue;
      for (auto const& name : names_of(kind)) {
        bool const shared = std::any_of(experiments_.begin(), experiments_.end(), [&](Experiment const& one) {
          auto const found = one.names.find(name);
          return found != one.names.end() && found->second == name;
        });
        if (!shared && made_.count(name) == 0) all->erase(name);
      }
    }
  }

  Document& document_;
  Document fresh_;  ///< as it was
  std::vector<std::string> const& overrides_;
  std::vector<Written> written_;
  std::vector<Experiment> experiments_;
  std::set<std::string> made_;
};

/// Whether `name` stands in `text` as a whole word.
bool names(std::string const& text, std::string const& name) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    auto const end = at + name.size();
    if ((at == 0 || !is_part_of_name(text[at - 1])) && (end == text.size() || !is_part_of_name(text[end]))) return true;
  }
  return false;
}

/// All expressions in which a field may stand.
std::vector<std::string> texts_of(Deck const& deck) {
  auto texts = deck.equation.residuals;
  auto const add = [&](std::map<std::string, std::string> const& more) {
    for (auto const& [name, text] : more) texts.push_back(text);
  };
  auto const& forward = deck.forward;
  add(deck.equation.let);
  add(forward.velocity);
  add(forward.states);
  for (auto const& text : {forward.coefficient, forward.source, forward.boundary, forward.initial}) texts.push_back(text);
  for (auto const& [name, values] : deck.fields) texts.push_back(values.expression);
  return texts;
}

template <class T>
Named<T> picked(Named<T> const& all, Experiment const& experiment) {
  Named<T> some;
  for (auto const& [name, value] : all)
    for (auto const& [plain, whole] : experiment.names)
      if (whole == name) some.emplace_back(plain, value);
  return some;
}

}  // namespace

std::vector<Experiment> spread_experiments(Document& document, std::vector<std::string> const& overrides) {
  return Spreader(document, overrides).spread();
}

std::string name_in_residuals(std::vector<Experiment> const& experiments, std::string const& name) {
  for (auto const& experiment : experiments)
    for (auto const& [plain, whole] : experiment.names)
      if (whole == name) return plain;
  return name;
}

void check_fields_are_read(Deck const& deck, Problems& problems) {
  if (deck.equation.residuals.empty()) return;
  auto const texts = texts_of(deck);
  for (auto const& experiment : deck.experiments)
    for (auto const& [plain, whole] : experiment.names) {
      auto const field = std::find_if(deck.fields.begin(), deck.fields.end(), [&, &name = whole](auto const& named) { return named.first == name; });
      auto const reads = [&, &name = plain](std::string const& text) { return names(text, name); };
      if (field == deck.fields.end() || plain == whole || std::any_of(texts.begin(), texts.end(), reads)) continue;
      problems.add(field->second.place, fmt::format("no residual and nothing of [forward] names \"{}\"; rename it as they do, or remove it", plain));
    }
}

std::vector<Deck> decks_of_experiments(Deck const& deck) {
  if (deck.experiments.empty()) return {deck};
  std::vector<Deck> decks;
  for (auto const& experiment : deck.experiments) {
    Deck one = deck;
    one.observations = picked(deck.observations, experiment);
    one.fields = picked(deck.fields, experiment);
    one.experiments.clear();
    decks.push_back(std::move(one));
  }
  return decks;
}

}  // namespace mollis::deck
