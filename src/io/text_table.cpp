#include "io/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "deck/suggest.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

/// Without blanks at its ends and one pair of quotes; a quote without its fellow stays, and makes a number none.
std::string_view trimmed(std::string_view text) {
  auto const blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  bool const quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? trimmed(text.substr(1, text.size() - 2)) : text;
}

/// The separator of a line of names; ' ' where none but blanks are there.
char separator_of(std::string const& line) {
  for (char const c : {',', ';', '\t'})
    if (line.find(c) != std::string::npos) return c;
  return ' ';
}

/// The entries of a line into `parts`, whose strings are used again from line to line.
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
      last = line.find(separator, first);
      add(line.substr(first, last == std::string_view::npos ? last : last - first));
    }
  }
  parts.resize(count);
}

/// A number as text, whatever the locale; false where it is none.
bool read_number(std::string const& text, double& value) {
  value = NAN;
  for (char const* const none : {"", "NaN", "nan", "NAN", "NA", "null"})
    if (text == none) return true;
  char const* first = text.data() + (text[0] == '+' ? 1 : 0);
  auto const [end, error] = std::from_chars(first, text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_comment(std::string const& line) {
  auto const text = trimmed(line);
  return text.empty() || text[0] == '#';
}

}  // namespace

TextTable::TextTable(std::string file_, std::vector<std::string> names_) : file(std::move(file_)), names(std::move(names_)) {
  std::ifstream text(file, std::ios::binary | std::ios::ate);
  end = static_cast<Index>(text.tellg());
  text.seekg(0);
  std::string line;
  do {
    if (!std::getline(text, line)) throw Error(Exit::bad_data, file + ": holds no line; write a line of column names, then a row a point");
    begin += static_cast<Index>(line.size()) + 1;
    ++lines;
  } while (is_comment(line));
  if (std::any_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r'; }))
    throw Error(Exit::bad_data, file + ": neither text nor HDF5; a table is one of these");
  if (line.compare(0, 3, "\xef\xbb\xbf") == 0) line.erase(0, 3);
  separator = separator_of(line);
  std::vector<std::string> header;
  split(line, separator, header);
  width = header.size();
  for (auto const& name : names) {
    auto const at = std::find(header.begin(), header.end(), name);
    if (at == header.end())
      throw Error(Exit::missing_input, fmt::format("{}: no column \"{}\"{}; its first line names {}", file, name,
                                                   deck::did_you_mean(name, header), run::shown(deck::quoted_list(header))));
    if (std::find(at + 1, header.end(), name) != header.end())
      throw Error(Exit::bad_data, fmt::format("{}: two columns are named \"{}\"; name them apart in its first line",
                                              file, run::shown(name)));
    positions.push_back(static_cast<std::size_t>(at - header.begin()));
  }
}

TextRows::TextRows(TextTable const& table, int part, int parts) : table_(table), text_(table.file, std::ios::binary) {
  Index const size = std::max<Index>(table.end - table.begin, 0);
  auto const share = [&](Index k) { return table.begin + size / parts * k + std::min<Index>(k, size % parts); };
  at_ = share(part);
  end_ = share(part + 1);
  if (part == 0 || at_ >= end_) {
    text_.seekg(at_);
    return;
  }
  text_.seekg(at_ - 1);  // a line that begins right here is ours: the byte before it ends another
  std::getline(text_, line_);
  at_ += static_cast<Index>(line_.size());
}

bool TextRows::next_line() {
  while (at_ < end_ && std::getline(text_, line_)) {
    at_ += static_cast<Index>(line_.size()) + 1;
    ++lines_;
    if (!is_comment(line_)) return true;
  }
  return false;
}

void TextRows::fail(std::string const& what) {
  if (faults_.count++ > 0) return;
  faults_.line = lines_;
  faults_.first = what;
}

bool TextRows::read(Index count, std::vector<std::vector<double>>& columns) {
  for (Index row = 0; row < count; ++row) {
    if (!next_line()) return false;
    split(line_, table_.separator, entries_);
    if (entries_.size() != table_.width) {
      fail(fmt::format(" has {} values, the first line {} names", entries_.size(), table_.width));
      continue;
    }
    for (std::size_t c = 0; c < columns.size(); ++c) {
      double value = NAN;
      auto const& entry = entries_[table_.positions[c]];
      if (!read_number(entry, value)) fail(fmt::format(", column {}: \"{}\" is no number", table_.names[c], run::shown(entry)));
      columns[c].push_back(value);
    }
  }
  return true;
}

}  // namespace mollis::io
