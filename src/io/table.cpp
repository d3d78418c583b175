#include "io/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

#include "deck/suggest.hpp"
#include "io/probe.hpp"
#include "io/read.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;
using Columns = std::vector<std::vector<double>>;

std::string trimmed(std::string text) {
  auto const drop = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '"' || c == '\''; };
  while (!text.empty() && drop(text.back())) text.pop_back();
  auto const first = std::find_if_not(text.begin(), text.end(), drop);
  return {first, text.end()};
}

/// The separator of a line of names; ' ' where none but blanks are there.
char separator_of(std::string const& line) {
  for (char const c : {',', ';', '\t'})
    if (line.find(c) != std::string::npos) return c;
  return ' ';
}

std::vector<std::string> split(std::string const& line, char separator) {
  std::vector<std::string> parts;
  std::istringstream text(line);
  if (separator == ' ') {
    for (std::string part; text >> part;) parts.push_back(trimmed(part));
    return parts;
  }
  for (std::string part; std::getline(text, part, separator);) parts.push_back(trimmed(part));
  if (!line.empty() && line.back() == separator) parts.emplace_back();
  return parts;
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

/// What is wrong with lines, the first in words and all in number.
struct Faults {
  std::string first;
  std::size_t count = 0;
  void add(std::string const& what) {
    if (count++ == 0) first = what;
  }
};

bool is_comment(std::string const& line) { return trimmed(line).empty() || trimmed(line)[0] == '#'; }

std::vector<std::size_t> positions_of(std::string const& file, std::vector<std::string> const& header,
                                      std::vector<std::string> const& names) {
  std::vector<std::size_t> positions;
  for (auto const& name : names) {
    auto const at = std::find(header.begin(), header.end(), name);
    if (at == header.end())
      throw Error(Exit::missing_input, fmt::format("{}: no column \"{}\"{}; its first line names {}", file, name,
                                                   deck::did_you_mean(name, header), run::shown(deck::quoted_list(header))));
    positions.push_back(static_cast<std::size_t>(at - header.begin()));
  }
  return positions;
}

Columns parse(std::string const& file, std::istream& text, std::vector<std::string> const& names) {
  std::string line;
  std::size_t number = 0;
  auto const next = [&] {
    while (std::getline(text, line)) {
      ++number;
      if (!is_comment(line)) return true;
    }
    return false;
  };
  if (!next()) throw Error(Exit::bad_data, file + ": holds no line; write a line of column names, then a row a point");
  if (std::any_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r'; }))
    throw Error(Exit::bad_data, file + ": neither text nor HDF5; a table is one of these");
  if (line.compare(0, 3, "\xef\xbb\xbf") == 0) line.erase(0, 3);
  char const separator = separator_of(line);
  auto const header = split(line, separator);
  auto const positions = positions_of(file, header, names);
  Columns columns(names.size());
  Faults faults;
  while (next()) {
    auto const entries = split(line, separator);
    if (entries.size() != header.size()) {
      faults.add(fmt::format("line {} has {} values, the first line {} names", number, entries.size(), header.size()));
      continue;
    }
    for (std::size_t c = 0; c < positions.size(); ++c) {
      double value = NAN;
      auto const& entry = entries[positions[c]];
      if (!read_number(entry, value)) faults.add(fmt::format("line {}, column {}: \"{}\" is no number", number, names[c], run::shown(entry)));
      columns[c].push_back(value);
    }
  }
  if (faults.count > 0)
    throw Error(Exit::bad_data, fmt::format("{}: {}{}; mend or remove them", file, faults.first,
                                            faults.count > 1 ? fmt::format(", and {} more faults", faults.count - 1) : ""));
  return columns;
}

bool is_root(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank == 0;
}

Columns read_text(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names) {
  Columns columns(names.size());
  run::collectively(comm, [&] {
    if (!is_root(comm)) return;
    std::ifstream text(file, std::ios::binary);
    columns = parse(file, text, names);
  });
  for (auto& column : columns) {
    auto size = static_cast<Index>(column.size());
    MPI_Bcast(&size, 1, MPI_INT64_T, 0, comm);
    column.resize(static_cast<std::size_t>(size));
    MPI_Bcast(column.data(), static_cast<int>(size), MPI_DOUBLE, 0, comm);
  }
  return columns;
}

void check_lengths(std::string const& file, std::vector<std::string> const& names, Columns const& columns) {
  for (std::size_t c = 1; c < columns.size(); ++c)
    if (columns[c].size() != columns[0].size())
      throw Error(Exit::bad_data, fmt::format("{}: column {} has {} values, {} has {}; give one a point", file, names[c],
                                              columns[c].size(), names[0], columns[0].size()));
  if (columns.empty() || columns[0].empty()) throw Error(Exit::bad_data, file + ": the table has no rows");
}

}  // namespace

bool is_hdf5_table(std::string const& file) {
  std::array<char, 8> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  return std::memcmp(start.data(), "\x89HDF\r\n\x1a\n", start.size()) == 0;
}

std::vector<std::vector<double>> read_columns(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names) {
  int is_hdf5 = 0;
  run::collectively(comm, [&] {
    if (!is_root(comm)) return;
    require_readable(file);
    is_hdf5 = is_hdf5_table(file) ? 1 : 0;
  });
  MPI_Bcast(&is_hdf5, 1, MPI_INT, 0, comm);
  Columns columns;
  if (is_hdf5 != 0)
    for (auto const& name : names) columns.push_back(read_vector(comm, file, name));
  else
    columns = read_text(comm, file, names);
  check_lengths(file, names, columns);
  return columns;
}

}  // namespace mollis::io
