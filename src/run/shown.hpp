#pragma once
/// Texts of users as messages show them.
#include <string>

namespace mollis::run {

/// The first `most` bytes or so of a text, cut between characters (UTF-8), control characters as question marks.
inline std::string shown(std::string const& text, std::size_t most = 60) {
  std::size_t end = text.size() <= most + 3 ? text.size() : most;
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  std::string result = text.substr(0, end);
  for (char& c : result)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return result + (end < text.size() ? "..." : "");
}

}  // namespace mollis::run
