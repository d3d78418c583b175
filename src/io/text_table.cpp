#include "io/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "deck/suggest.hpp"
#include "io/separated.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

}  // namespace

TextTable::TextTable(std::string file_, std::vector<std::string> names_) : file(std::move(file_)), names(std::move(names_)) {
  std::ifstream text(file, std::ios::binary | std::ios::ate);
  end = static_cast<Index>(text.tellg());
  text.seekg(0);
  std::string line;
  do {
    if (!std::getline(text, line)) throw Error(Exit::bad_data, file + ": holds no line; write a line of column names, then a row a point");
    begin += static_cast<Index>(line.size()) + 1;
    if (lines++ == 0) drop_mark(line);
  } while (is_comment(line) && fault_of_text(line).empty());
  if (auto const fault = fault_of_text(line); !fault.empty()) throw Error(Exit::bad_data, fmt::format("{}: {}; a table is text, or datasets of HDF5, NetCDF or .npz", file, fault));
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
      if (!read_number(entry, value)) fail(fmt::format(", column {}: \"{}\" is no number{}", table_.names[c], run::shown(entry), advice_on(entry)));
      columns[c].push_back(value);
    }
  }
  return true;
}

}  // namespace mollis::io
