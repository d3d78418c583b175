#include "run/place.hpp"

namespace mollis::run {

std::string line(Place const& place, std::string const& message) {
  std::string where = place.file + ":";
  if (place.line > 0) where += std::to_string(place.line) + ":" + std::to_string(place.column) + ":";
  where += " ";
  if (!place.section.empty()) where += "[" + place.section + "]";
  if (!place.key.empty()) where += (place.section.empty() ? "" : " ") + place.key;
  if (!place.section.empty() || !place.key.empty()) where += ": ";
  return where + message;
}

}  // namespace mollis::run
