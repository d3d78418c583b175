#pragma once
/// Every section and key of a deck, declared once (declarations.cpp). Validation, suggestions, `mollis help deck` and
/// the effective deck all come from these declarations.
#include <limits>
#include <string>
#include <vector>

namespace mollis::deck {

enum class Type {
  boolean,       ///< true or false
  integer,
  integers,
  number,
  numbers,
  text,
  texts,
  choice,
  expression,    ///< text or a number
  expressions,   ///< table: name -> expression
  names,         ///< table: name -> text
  file,          ///< text, relative to the deck
  noise,         ///< "auto", number >= 0 or { relative = positive }
  deviation,     ///< noise without "auto"
  weight,        ///< "auto" or number
  radius,        ///< "auto", cells, { axis = cells } or { axis = { order = cells } }
  axis_numbers,  ///< table: axis -> number
  axis_choices,  ///< table: axis -> one of `allowed`
  axis_integers, ///< table: axis -> integer
  axis_ranges,   ///< table: axis -> [first index, end]
  table          ///< a section of its own, named SECTION.KEY
};

/// Bounds of a number or of each number of a list.
struct Limits {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool low_open = false, high_open = false;
  bool contains(double value) const;
  std::string text() const;  ///< "at least 2", "from 0 to 10", "greater than 0"; "" where there are none
};

struct Key {
  std::string name;
  Type type;
  std::string help;
  std::string fallback = {};  ///< the default as TOML text; "" where there is none, or it is computed
  std::string computed = {};  ///< a default that depends on other keys, in words
  std::string unit = {};
  std::string example = {};  ///< TOML text, for messages
  Limits limits = {};
  std::vector<std::string> allowed = {};
  bool required = false;

  // Declarations read as a sentence.
  Key& needed() {
    required = true;
    return *this;
  }
  Key& otherwise(std::string const& toml) {
    fallback = toml;
    return *this;
  }
  Key& otherwise_computed(std::string const& words) {
    computed = words;
    return *this;
  }
  Key& in(std::string const& unit_) {
    unit = unit_;
    return *this;
  }
  Key& like(std::string const& toml) {
    example = toml;
    return *this;
  }
  Key& within(Limits const& limits_) {
    limits = limits_;
    return *this;
  }
  Key& out_of(std::vector<std::string> const& words) {
    allowed = words;
    return *this;
  }
};

struct Section {
  std::string pattern;  ///< "grid", "observations.*", "parameters.*.smoothness"
  std::string help;
  std::vector<Key> keys;
  std::string placeholder = {};  ///< what * stands for, in messages: "STATE"
  bool optional = false;         ///< absent unless written (the others are filled with their defaults)
  bool repeated = false;         ///< in double brackets, once for each

  /// As it is written in a deck, brackets and all.
  std::string header() const { return (repeated ? "[[" : "[") + title() + (repeated ? "]]" : "]"); }

  std::string title() const;  ///< pattern with the placeholder: "observations.STATE"
  Key const* find(std::string const& key) const;
};

/// All sections, in the order of the reference and of the effective deck; sub-tables follow their parents.
std::vector<Section> const& schema();

Section const* find_section(std::string const& pattern);  ///< or nullptr
std::vector<std::string> key_names(Section const& section);
std::vector<std::string> section_names();  ///< first parts: "grid", "observations", ...

/// Titles of the sections that know this key, e.g. "[grid] or [forward]"; "" where none does.
std::string owners_of(std::string const& key);

}  // namespace mollis::deck
