// Numbers as text, apart by commas, semicolons, tabs or blanks. Without a line of names: one array, each line a row of
// it. With one: a dataset a column.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <memory>

#include "io/formats/all.hpp"
#include "io/separated.hpp"
#include "run/error.hpp"
#include "run/shown.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

std::vector<std::string> words_of(std::string const& line, char separator) {
  std::vector<std::string> words;
  split(line, separator, words);
  return words;
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
        std::all_of(words.begin(), words.end(), [&](std::string const& word) { return read_number(word, value); });
    if (numbers) {
      first_ = line;
      return;
    }
    refuse_values(words);
    names_ = words;
    columns_ = words.size();
  }

  /// Of the columns; none where the first line has numbers.
  std::vector<std::string> const& names() const { return names_; }

  /// The next line's values; of one column alone, where `only` is not negative, whatever stands in the others.
  bool next(std::vector<double>& values, Index only = -1) {
    std::string line;
    if (!first_.empty())
      std::swap(line, first_);
    else if (!next_line(line))
      return false;
    split(line, separator_, words_);
    if (columns_ > 0 && words_.size() != columns_)
      refuse(fmt::format("{} values where the lines above have {}; each line needs as many", words_.size(), columns_));
    columns_ = words_.size();
    auto const first = static_cast<std::size_t>(std::max<Index>(only, 0)), count = only < 0 ? columns_ : 1;
    values.resize(count);
    for (std::size_t i = 0; i < count; ++i)
      if (auto const& word = words_[first + i]; !read_number(word, values[i]))
        refuse(fmt::format("\"{}\" is not a number{}", run::shown(word), advice_on(word)));
    return true;
  }

 private:
  bool next_line(std::string& line) {
    while (std::getline(stream_, line)) {
      ++number_;
      if (auto const fault = fault_of_text(line); !fault.empty()) refuse(fault);
      if (number_ == 1) drop_mark(line);
      if (!is_comment(line)) return true;
    }
    return false;
  }

  /// A first line whose words are numbers, decimal commas and dates is none of names; dates alone may be.
  void refuse_values(std::vector<std::string> const& words) const {
    double value = 0.0;
    auto const other = [](std::string const& word) { return !advice_on(word).empty(); };
    auto const is_value = [&](std::string const& word) { return read_number(word, value) || word.find(',') != std::string::npos; };
    auto const first = std::find_if(words.begin(), words.end(), other);
    if (first != words.end() && std::any_of(words.begin(), words.end(), is_value) &&
        std::all_of(words.begin(), words.end(), [&](auto const& word) { return other(word) || read_number(word, value); }))
      refuse(fmt::format("\"{}\" is not a number{}", run::shown(*first), advice_on(*first)));
  }

  [[noreturn]] void refuse(std::string const& what) const {
    throw Error(Exit::bad_data, fmt::format("{}, line {}: {}", file_, number_, what));
  }

  std::string file_;
  std::ifstream stream_;
  std::vector<std::string> names_, words_;
  std::string first_;  ///< the first line, where it has numbers
  std::size_t number_ = 0, columns_ = 0;
  char separator_ = ' ';
};

/// Of a column of that name; -1 of an array without names.
Index position(std::vector<std::string> const& names, std::string const& dataset) {
  return names.empty() ? -1 : std::find(names.begin(), names.end(), dataset) - names.begin();
}

class CsvReader : public Reader {
 public:
  CsvReader(std::string const& file, Description const& description) : file_(file), shape_(description.shape()) {
    column_ = position(Rows(file).names(), description.dataset);
  }

  void read(Slab const& slab, double* values) override {
    if (slab.size() == 0) return;
    bool const grid = shape_.size() == 2;
    Index const first = grid ? slab.start[1] : 0, count = grid ? slab.count[1] : 1;
    if (rows_ == nullptr || slab.start[0] < next_) {
      rows_ = std::make_unique<Rows>(file_);
      next_ = 0;
    }
    std::vector<double> row;
    for (; next_ < slab.start[0] + slab.count[0]; ++next_) {
      if (!rows_->next(row, column_) || static_cast<Index>(row.size()) < first + count)
        throw Error(Exit::bad_data, file_ + ": changed while it was read");
      if (next_ < slab.start[0]) continue;
      for (Index x = 0; x < count; ++x) *values++ = row[static_cast<std::size_t>(first + x)];
    }
  }

 private:
  std::string file_;
  std::vector<Index> shape_;
  Index column_ = -1;  ///< of a table with names
  std::unique_ptr<Rows> rows_;  ///< read up to here: parts that follow one another are read once
  Index next_ = 0;
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
    for (; rows.next(row, position(names, dataset)); ++count) columns = static_cast<Index>(row.size());
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
