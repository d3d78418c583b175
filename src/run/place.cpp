#include "run/place.hpp"

#include <algorithm>

#include "run/shown.hpp"

namespace mollis::run {

Place Places::of(std::string const& key) const {
  auto const written = keys.find(key);
  if (written != keys.end()) return written->second;
  Place place = section;
  place.key = key;
  return place;
}

Place within(Place place, std::string const& text, std::size_t offset) {
  if (place.line == 0) return place;
  auto const end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  auto const last = std::find(std::make_reverse_iterator(end), text.rend(), '\n');
  bool const first_line = last == text.rend();
  auto const begin = first_line ? text.begin() : last.base();
  auto const columns = std::count_if(begin, end, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; });
  place.line += static_cast<int>(std::count(text.begin(), end, '\n'));
  place.column = static_cast<int>(columns) + (first_line ? place.column : 1);
  return place;
}

std::string line(Place const& place, std::string const& message) {
  std::string where = place.file + ":";
  if (place.line > 0) where += std::to_string(place.line) + ":" + std::to_string(place.column) + ":";
  where += " ";
  if (!place.section.empty()) where += "[" + shown(place.section, 80) + "]";
  if (!place.key.empty()) where += (place.section.empty() ? "" : " ") + shown(place.key, 80);
  if (!place.section.empty() || !place.key.empty()) where += ": ";
  return where + message;
}

}  // namespace mollis::run
