#pragma once
/// Tables of numbers as text: a line of column names, then a line a row; values separated by commas, semicolons, tabs or blanks.
/// Lines that begin with # and empty ones say nothing; empty entries and NaN, NA, null are NaN.
#include <fstream>
#include <string>
#include <vector>

#include "kernels/index.hpp"

namespace mollis::io {

/// What the first line says. Not collective.
struct TextTable {
  std::string file;
  std::vector<std::string> names;      ///< wanted
  std::vector<std::size_t> positions;  ///< of these in a row
  std::size_t width = 0;               ///< entries of a row
  char separator = ',';
  Index begin = 0, end = 0;            ///< bytes of the rows
  Index lines = 0;                     ///< before `begin`

  /// run::Error missing_input (no such column), bad_data (no line, neither text nor HDF5).
  TextTable(std::string file, std::vector<std::string> names);
};

/// The rows whose lines begin within some bytes of the file: each rank reads its own.
class TextRows {
 public:
  /// `part` of `parts` equal shares of the bytes.
  TextRows(TextTable const& table, int part, int parts);
  /// Appends at most `count` rows to the columns; false where these were the last.
  bool read(Index count, std::vector<std::vector<double>>& columns);
  Index lines() const { return lines_; }   ///< read so far

  /// Rows that are none, all in number and the first in words, told once all was read.
  struct Faults {
    Index count = 0, line = 0;  ///< of the first, in this part, from 1
    std::string first;
  };
  Faults const& faults() const { return faults_; }

 private:
  bool next_line();
  void fail(std::string const& what);

  TextTable const& table_;
  std::ifstream text_;
  std::string line_;
  std::vector<std::string> entries_;
  Index at_ = 0, end_ = 0, lines_ = 0;  ///< at_: the byte that the next line begins at
  Faults faults_;
};

}  // namespace mollis::io
