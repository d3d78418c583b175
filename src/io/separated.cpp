#include "io/separated.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace mollis::io {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Where the quotes that open at `at` close, doubled ones within passed over; npos where they do not.
std::size_t closing(std::string_view line, std::size_t at) {
  do at = line.find('"', at + 1);
  while (at != std::string_view::npos && line.substr(at + 1, 1) == "\"" && at++ < line.size());
  return at;
}

/// The first of `wanted` from `at` on, where a value begins, that stands outside quotes; these begin values and are closed.
std::size_t outside_quotes(std::string_view line, char wanted, std::size_t at) {
  bool fresh = true;
  for (; at < line.size(); ++at) {
    char const c = line[at];
    if (c == wanted) return at;
    if (auto const end = fresh && c == '"' ? closing(line, at) : std::string_view::npos; end != std::string_view::npos) at = end;
    fresh = c == ',' || c == ';' || c == '\t' || (fresh && blank(c));
  }
  return std::string_view::npos;
}

/// The first of `wanted` from `at` on outside quotes.
std::size_t next(std::string_view line, char wanted, std::size_t at) {
  return line.find('"') == std::string_view::npos ? line.find(wanted, at) : outside_quotes(line, wanted, at);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  bool const quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? trimmed(text.substr(1, text.size() - 2)) : text;
}

char separator_of(std::string_view line) {
  for (char const c : {';', '\t', ','})
    if (next(line, c, 0) != std::string_view::npos) return c;
  return ' ';
}

void split(std::string_view line, char separator, std::vector<std::string>& parts) {
  std::size_t count = 0;
  auto const add = [&](std::string_view part) {
    if (count == parts.size()) parts.emplace_back();
    parts[count++] = trimmed(part);
  };
  if (separator == ' ') {
    constexpr auto blanks = " \t\r\v\f";
    for (auto first = line.find_first_not_of(blanks); first != std::string_view::npos;) {
      auto const last = line.find_first_of(blanks, first);
      add(line.substr(first, last - first));
      first = last == std::string_view::npos ? last : line.find_first_not_of(blanks, last);
    }
  } else {
    for (std::size_t first = 0, last = 0; last != std::string_view::npos; first = last + 1) {
      last = next(line, separator, first);
      add(line.substr(first, last == std::string_view::npos ? last : last - first));
    }
  }
  parts.resize(count);
}

bool read_number(std::string const& text, double& value) {
  value = NAN;
  for (char const* const none : {"", "NaN", "nan", "NAN", "-nan", "NA", "na", "N/A", "n/a", "null"})
    if (text == none) return true;
  char const* const first = text.data() + (text[0] == '+' ? 1 : 0);
  auto const [end, error] = std::from_chars(first, text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_comment(std::string_view line) {
  auto const text = trimmed(line);
  return text.empty() || text[0] == '#';
}

std::string fault_of_text(std::string_view line) {
  if (line.substr(0, 2) == "\xff\xfe" || line.substr(0, 2) == "\xfe\xff") return "holds UTF-16; save it as UTF-8";
  if (line.substr(0, 2) == "\x1f\x8b") return "is compressed by gzip; unpack it (gunzip)";
  auto const end = line.find('\r');
  if (end != std::string_view::npos && line.find_first_not_of('\r', end) != std::string_view::npos)
    return "its lines end in a carriage return alone; save it with line feeds";
  auto const control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && !blank(c) && c != '\v' && c != '\f'; };
  return std::any_of(line.begin(), line.end(), control) ? "holds bytes that are no text" : "";
}

std::string advice_on(std::string const& number) {
  auto const digits = number.find_first_not_of("0123456789");
  bool const dated = digits != 0 && digits != std::string::npos && number.find_first_not_of("0123456789-/.:TZ+ ") == std::string::npos &&
                     std::count_if(number.begin(), number.end(), [](char c) { return c == '-' || c == '/' || c == ':' || c == '.'; }) >= 2;
  if (dated) return " (dates are not read; write times as numbers, say seconds since the first, as tools/sensors.py makes of them)";
  auto const comma = number.find(',');
  if (comma == std::string::npos || number.find_first_not_of("0123456789.,+-eE") != std::string::npos) return "";
  return " (decimals have a point)";
}

void drop_mark(std::string& line) {
  if (line.compare(0, 3, "\xef\xbb\xbf") == 0) line.erase(0, 3);
}

}  // namespace mollis::io
