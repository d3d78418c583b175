#include "equation/diagnostics.hpp"

#include <algorithm>
#include <cctype>

namespace mollis::equation {

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
std::size_t distance(std::string const& a, std::string const& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      std::size_t const cost = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

/// How unlike two names are; a name that begins with the other (3 letters or more) is near.
std::size_t unlikeness(std::string const& name, std::string const& known) {
  auto const a = lower(name), b = lower(known);
  auto const shorter = std::min(a.size(), b.size());
  if (shorter >= 3 && a.compare(0, shorter, b, 0, shorter) == 0) return 1;
  if (a == "ln" && b == "log") return 0;
  return distance(a, b);
}

}  // namespace

namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

/// Where a character begins, at or before / at or after `at`.
std::size_t begin_of(std::string const& text, std::size_t at) {
  while (at > 0 && at < text.size() && continues_character(text[at])) --at;
  return at;
}
std::size_t end_of(std::string const& text, std::size_t at) {
  while (at < text.size() && continues_character(text[at])) ++at;
  return at;
}

}  // namespace

SyntaxError error_at(Source const& source, std::size_t column, std::string const& what, std::size_t length) {
  constexpr std::size_t width = 100;  // bytes shown, half of them before the column where there are enough
  auto const& text = source.text;
  column = std::min(column, text.size());
  std::size_t begin = column == 0 ? std::string::npos : text.rfind('\n', column - 1);
  begin = begin == std::string::npos ? 0 : begin + 1;
  auto const end = std::min(text.find('\n', column), text.size());
  auto const to = end_of(text, std::min(end, std::max(column + width / 2, begin + width)));
  auto const before = column - std::min(column, width / 2);
  auto const from = to - begin <= width ? begin : std::max(begin, begin_of(text, std::min(before, to - width)));
  std::string const left = from > begin ? "..." : "", right = to < end ? "..." : "";
  std::string caret(left.size(), ' ');
  for (std::size_t i = from; i < column; ++i)
    if (!continues_character(text[i])) caret += text[i] == '\t' ? '\t' : ' ';
  std::string line;
  for (std::size_t i = column + 1; i < std::min(column + length, to); ++i)
    if (!continues_character(text[i])) line += '~';
  auto const shown_line = left + text.substr(from, to - from) + right;
  return SyntaxError(source.which, column, what + "\n  " + shown_line + "\n  " + caret + "^" + line);
}

std::string suggestion(std::string const& name, std::vector<std::string> const& known) {
  constexpr std::size_t longest = 64, most = 20;  // a name that anyone meant, names that anyone reads
  if (name.size() > longest) return "";
  auto const nearest = std::min_element(known.begin(), known.end(), [&](auto const& a, auto const& b) {
    return unlikeness(name, a) < unlikeness(name, b);
  });
  if (nearest == known.end()) return "";
  if (unlikeness(name, *nearest) <= std::max<std::size_t>(1, name.size() / 3))
    return "; did you mean '" + *nearest + "'?";
  std::string list;
  for (std::size_t i = 0; i < std::min(known.size(), most); ++i) list += (list.empty() ? "" : ", ") + shown(known[i]);
  return "; known names: " + list + (known.size() > most ? ", ..." : "");
}

std::string counted(std::size_t n, std::string const& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

}  // namespace mollis::equation
