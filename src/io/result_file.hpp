#pragma once
/// result.h5 with its result.xmf: fields, tables, attributes, coordinates and what viewers need to find them.
#include <memory>
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "io/attributes.hpp"
#include "io/provenance.hpp"
#include "io/result_set.hpp"
#include "kernels/field.hpp"
#include "run/table.hpp"

namespace mollis::io {

using run::Table;

/// A result in the making, part of a set that must outlive it. All members are collective on the grid's communicator, are
/// called in the same order on every rank and throw run::Error output_failed on all of them.
class ResultFile {
 public:
  /// stem.h5 and stem.xmf of the set, the coordinates of the grid included (/coordinates/AXIS).
  ResultFile(grid::Grid grid, ResultSet& set, std::string const& stem = "result");
  ~ResultFile();
  ResultFile(ResultFile const&) = delete;
  ResultFile& operator=(ResultFile const&) = delete;

  /// A field over the grid, or over some of its axes (then one group of the restriction writes). Attribute `axes` holds
  /// the axes' names ("t y x"), `attributes` the rest, such as units.
  void write(std::string const& path, grid::Grid const& over, Field const& field, Attributes attributes = {});

  /// Small 1D datasets path/COLUMN, equal on all ranks.
  void write_table(std::string const& path, Table table);

  void add_attributes(Attributes attributes);  ///< of the file's root
  void write_provenance(Provenance const& provenance) { add_attributes(attributes_of(provenance)); }

  /// Writes the .xmf, adds the group VTKHDF and the mark (with the checksums of the set's texts so far) to the .h5, closes
  /// and syncs it. The files get their places when the set is committed.
  void commit();

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace mollis::io
