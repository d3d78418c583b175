#pragma once
/// The TOML text of a deck with its overrides merged in, and where each thing stands.
#include <toml++/toml.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "deck/problems.hpp"
#include "deck/source.hpp"

namespace mollis::deck {

/// What a section made of others is called in messages (deck/experiments.hpp).
struct Label {
  std::string own, shared;       ///< where its own keys stand, and where all others do
  std::set<std::string> keys;    ///< its own
  toml::source_region region;    ///< where it is named
};

class Document {
 public:
  /// Throws run::Error at a TOML syntax error (the parser stops at the first one). Overrides that cannot be read are
  /// problems like any other.
  Document(Source source, std::vector<std::string> const& overrides);

  Source source;
  toml::table root;
  Problems problems;
  std::map<std::string, Label> labels;  ///< by section
  std::set<std::string> broken;  ///< "section.key" of values that were reported and removed

  /// Place of a region of this document for a section and a key; of the nearest thing that is written (the section, a table
  /// around it, the first line) where the region is nowhere, as those of defaults are.
  Place place(toml::source_region const& region, std::string const& section, std::string const& key) const;
  /// Place of the first character inside the quotes of a text node.
  Place text_place(toml::node const& node, std::string const& section, std::string const& key) const;
  /// Absolute form of a file's name.
  std::string absolute(std::string const& file) const;

 private:
  toml::source_region const& nearest(std::string const& section) const;
  std::string called(toml::source_region const& region, std::string const& section, std::string const& key) const;
  void apply(std::string const& override_text);
};

}  // namespace mollis::deck
