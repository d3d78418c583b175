#pragma once
/// result.h5 with its result.xmf: fields, tables, attributes, coordinates and what viewers need to find them.
#include <memory>
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "io/attributes.hpp"
#include "io/provenance.hpp"
#include "kernels/field.hpp"
#include "run/table.hpp"

namespace mollis::io {

using run::Table;

/// A result in the making. All members are collective on the grid's communicator, are called in the same order on every
/// rank and throw run::Error output_failed on all of them; files of an earlier run stay until commit replaces them.
class ResultFile {
 public:
  /// Makes the directory; writes directory/stem.h5 and directory/stem.xmf, the coordinates of the grid included
  /// (/coordinates/AXIS).
  ResultFile(grid::Grid grid, std::string const& directory, std::string const& stem = "result");
  ~ResultFile();  ///< an uncommitted result leaves no trace
  ResultFile(ResultFile const&) = delete;
  ResultFile& operator=(ResultFile const&) = delete;

  /// A field over the grid, or over some of its axes (then one group of the restriction writes). Attribute `axes` holds
  /// the axes' names ("t y x"), `attributes` the rest, such as units.
  void write(std::string const& path, grid::Grid const& over, Field const& field, Attributes attributes = {});

  /// Small 1D datasets path/COLUMN, equal on all ranks.
  void write_table(std::string const& path, Table table);

  void add_attributes(Attributes attributes);  ///< of the file's root
  void write_provenance(Provenance const& provenance) { add_attributes(attributes_of(provenance)); }

  /// Closes, adds the group VTKHDF, syncs and renames the .h5, then writes the .xmf.
  void commit();

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace mollis::io
