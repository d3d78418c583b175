#include "look/names.hpp"

#include <algorithm>
#include <vector>

#include "io/formats/all.hpp"
#include "io/layout.hpp"

namespace mollis::look {
namespace {

using Words = std::vector<std::string>;

bool is_one_of(Words const& words, std::string const& word) { return std::find(words.begin(), words.end(), word) != words.end(); }

Words const of_units{"nm", "um", "mm",   "cm",   "m",   "km",  "px",  "pixel", "pixels",  "deg",     "degree", "degrees", "rad",  "ns",
                     "us", "ms", "s",    "sec",  "min", "h",   "hr",  "hrs",   "hour",    "hours",   "d",      "day",     "days", "seconds",
                     "minutes",  "micron", "microns"};
Words const of_temperature{"K", "C", "F", "degC", "degF", "Celsius", "celsius", "\u00b0C", "\u00b0F"};
Words const of_places{"position", "pos", "distance"};   // along the one axis of a profile

std::string last_part(std::string const& path) { return path.substr(path.rfind('/') + 1); }

/// Where the unit of a name begins, a bracket, "_" or a blank; npos where it has none.
std::size_t unit_at(std::string const& name) {
  auto const bracket = name.find_first_of("[(");
  if (bracket != std::string::npos) return bracket;
  auto const line = name.find_last_of("_ ");
  return line != std::string::npos && is_one_of(of_units, name.substr(line + 1)) ? line : std::string::npos;
}

}  // namespace

std::string word_of(std::string const& name) {
  auto const part = last_part(name);
  auto const word = part.substr(0, unit_at(part));
  return word.substr(0, word.find_last_not_of(' ') + 1);
}

std::string unit_of(std::string const& name) {
  auto const part = last_part(name);
  auto const at = unit_at(part);
  if (at == std::string::npos) return "";
  auto const rest = part.substr(at + 1);
  return rest.substr(0, rest.find_first_of("])"));
}

std::string axis_of(std::string const& name) {
  auto const word = word_of(name);
  if (word == "T" || is_one_of(of_temperature, unit_of(name))) return "";
  auto const lower = io::lower_case(word);
  if (lower == "northing" || lower == "northings") return "y";
  return is_one_of(of_places, lower) || lower == "easting" || lower == "eastings" ? "x" : io::axis_meant(word);
}

}  // namespace mollis::look
