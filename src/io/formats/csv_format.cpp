// Numbers as text, apart by commas, semicolons, tabs or blanks. Without a line of names: one array, each line a row of
// it. With one: a dataset a column.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>

#include "io/formats/all.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

/// One character that parts the values of a line.
char separator_of(std::string const& line) {
  for (char const c : {';', '\t', ','})
    if (line.find(c) != std::string::npos) return c;
  return ' ';
}

std::string trimmed(std::string const& word) {
  auto const first = word.find_first_not_of(" \t\r\"");
  if (first == std::string::npos) return "";
  return word.substr(first, word.find_last_not_of(" \t\r\"") - first + 1);
}

std::vector<std::string> words_of(std::string const& line, char separator) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= line.size();) {
    std::size_t const stop = std::min(line.find(separator, at), line.size());
    auto const word = trimmed(line.substr(at, stop - at));
    if (separator != ' ' || !word.empty()) words.push_back(word);
    at = stop + 1;
  }
  return words;
}

/// True where the word is a number, or stands for none (empty, NaN, NA).
bool number(std::string const& word, double& value) {
  value = std::numeric_limits<double>::quiet_NaN();
  auto const plain = lower_case(word);
  if (plain.empty() || plain == "nan" || plain == "na" || plain == "n/a" || plain == "-nan") return true;
  char* end = nullptr;  // the locale is C's: nobody sets another
  value = std::strtod(word.c_str(), &end);
  return end == word.c_str() + word.size();
}

/// Lines of values, one after the other; blank lines and those that begin with # are passed over. A first line with a
/// word that is no number names the columns.
class Rows {
 public:
  explicit Rows(std::string const& file) : file_(file), stream_(file) {
    std::string line;
    if (!next_line(line)) return;
    separator_ = separator_of(line);
    auto const words = words_of(line, separator_);
    double value = 0.0;
    bool const numbers =
        std::all_of(words.begin(), words.end(), [&](std::string const& word) { return number(word, value); });
    if (numbers) {
      first_ = line;
      return;
    }
    names_ = words;
    columns_ = words.size();
  }

  /// Of the columns; none where the first line has numbers.
  std::vector<std::string> const& names() const { return names_; }

  bool next(std::vector<double>& values) {
    std::string line;
    if (!first_.empty())
      std::swap(line, first_);
    else if (!next_line(line))
      return false;
    auto const words = words_of(line, separator_);
    if (columns_ > 0 && words.size() != columns_)
      refuse(fmt::format("{} values where the lines above have {}; each line needs as many", words.size(), columns_));
    columns_ = words.size();
    values.resize(columns_);
    for (std::size_t i = 0; i < columns_; ++i)
      if (!number(words[i], values[i]))
        refuse(fmt::format("\"{}\" is not a number (decimals have a point)", run::shown(words[i])));
    return true;
  }

 private:
  bool next_line(std::string& line) {
    while (std::getline(stream_, line)) {
      ++number_;
      if (line.find('\0') != std::string::npos) refuse("holds bytes that are no text");
      if (number_ == 1 && line.rfind("\xef\xbb\xbf", 0) == 0) line.erase(0, 3);  // the mark of UTF-8 by spreadsheets
      auto const text = trimmed(line);
      if (!text.empty() && text[0] != '#') return true;
    }
    return false;
  }

  [[noreturn]] void refuse(std::string const& what) const {
    throw Error(Exit::bad_data, fmt::format("{}, line {}: {}", file_, number_, what));
  }

  std::string file_;
  std::ifstream stream_;
  std::vector<std::string> names_;
  std::string first_;  ///< the first line, where it has numbers
  std::size_t number_ = 0, columns_ = 0;
  char separator_ = ' ';
};

class CsvReader : public Reader {
 public:
  CsvReader(std::string const& file, Description const& description) : file_(file), shape_(description.shape()) {
    auto const names = Rows(file).names();
    column_ = std::find(names.begin(), names.end(), description.dataset) - names.begin();
  }

  void read(Slab const& slab, double* values) override {
    if (slab.size() == 0) return;
    bool const grid = shape_.size() == 2;
    Index const first = grid ? slab.start[1] : column_, count = grid ? slab.count[1] : 1;
    Rows rows(file_);
    std::vector<double> row;
    for (Index y = 0; y < slab.start[0] + slab.count[0]; ++y) {
      if (!rows.next(row) || static_cast<Index>(row.size()) < first + count)
        throw Error(Exit::bad_data, file_ + ": changed while it was read");
      if (y < slab.start[0]) continue;
      for (Index x = 0; x < count; ++x) *values++ = row[static_cast<std::size_t>(first + x)];
    }
  }

 private:
  std::string file_;
  std::vector<Index> shape_;
  Index column_ = 0;
};

class Csv : public Format {
 public:
  std::string name() const override { return "CSV"; }
  std::vector<std::string> endings() const override { return {".csv", ".tsv", ".txt", ".dat"}; }
  bool built_in() const override { return true; }
  std::string package() const override { return ""; }
  bool knows(std::string const& file, std::string const&) const override { return ends_with(file, endings()); }
  std::vector<std::string> datasets(std::string const& file) const override {
    auto const names = Rows(file).names();
    return names.empty() ? std::vector<std::string>{""} : names;
  }
  Description describe(std::string const& file, std::string const& dataset) const override {
    Rows rows(file);
    auto const& names = rows.names();
    if (!names.empty() && std::find(names.begin(), names.end(), dataset) == names.end())
      throw_missing(file, dataset, names);
    std::vector<double> row;
    Index count = 0, columns = 0;
    for (; rows.next(row); ++count) columns = static_cast<Index>(row.size());
    if (count == 0) throw Error(Exit::bad_data, file + ": has no row of values");
    Description d;
    d.axes = {{"", count, "", 0.0, ""}};
    if (names.empty())
      d.axes.push_back({"", columns, "", 0.0, ""});
    else
      d.dataset = dataset;
    d.type = "text";
    return d;
  }
  std::unique_ptr<Reader> open(MPI_Comm, std::string const& file, Description const& description) const override {
    return std::make_unique<CsvReader>(file, description);
  }
};

}  // namespace

Format const& csv_format() {
  static Csv const format;
  return format;
}

}  // namespace mollis::io
