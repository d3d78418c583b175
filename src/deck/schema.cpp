#include "deck/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mollis::deck {

bool Limits::contains(double value) const {
  bool const above = low_open ? value > low : value >= low;
  bool const below = high_open ? value < high : value <= high;
  return above && below;
}

std::string Limits::text() const {
  if (std::isinf(low) && std::isinf(high)) return "";
  if (std::isinf(high)) return fmt::format("{} {}", low_open ? "greater than" : "at least", low);
  if (std::isinf(low)) return fmt::format("{} {}", high_open ? "less than" : "at most", high);
  if (!low_open && !high_open) return fmt::format("from {} to {}", low, high);
  return fmt::format("{} {} and {} {}", low_open ? "greater than" : "at least", low,
                     high_open ? "less than" : "at most", high);
}

std::string Section::title() const {
  std::string text = pattern;
  auto const star = text.find('*');
  if (star != std::string::npos) text.replace(star, 1, placeholder);
  return text;
}

Key const* Section::find(std::string const& key) const {
  auto const found = std::find_if(keys.begin(), keys.end(), [&](Key const& k) { return k.name == key; });
  return found == keys.end() ? nullptr : &*found;
}

Section const* find_section(std::string const& pattern) {
  auto const& all = schema();
  auto const found = std::find_if(all.begin(), all.end(), [&](Section const& s) { return s.pattern == pattern; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> key_names(Section const& section) {
  std::vector<std::string> names;
  for (auto const& key : section.keys) names.push_back(key.name);
  return names;
}

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (auto const& section : schema()) {
    std::string const name = section.pattern.substr(0, section.pattern.find('.'));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::string owners_of(std::string const& key) {
  std::string owners;
  for (auto const& section : schema()) {
    if (section.find(key)) owners += (owners.empty() ? "" : " or ") + section.header();
  }
  return owners;
}

}  // namespace mollis::deck
