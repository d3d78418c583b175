#pragma once
/// An HDF5 file in the making. Rank 0 alone keeps HDF5's own records and finds the place of each dataset; all ranks
/// write their values there through MPI-IO. HDF5's parallel mode is not used to write: a full disk leaves it waiting or
/// crashing. A failure anywhere is run::Error output_failed on all ranks, and the file goes.
#include <functional>
#include <string>

#include "grid/grid.hpp"
#include "io/hdf5.hpp"
#include "kernels/field.hpp"

namespace mollis::io {

class OutputFile {
 public:
  /// Creates the file, or empties it: files that matter are written in a scratch directory and renamed. `shown` is what
  /// messages call it. Collective.
  OutputFile(MPI_Comm comm, std::string path, std::string shown = "");
  ~OutputFile();  ///< removes what was not committed
  OutputFile(OutputFile const&) = delete;
  OutputFile& operator=(OutputFile const&) = delete;

  MPI_Comm comm() const { return comm_; }
  std::string const& path() const { return path_; }

  /// A new dataset (groups on its way are made) with the grid's axes as its axes, from the local boxes; axes that fall do so in it,
  /// unless it is kept `as_is`. The grid may be a restriction of the one whose ranks share the file: then one group, which holds a
  /// whole copy, writes. Collective on the file's communicator.
  void write(grid::Grid const& grid, std::string const& dataset, Field const& field, bool as_is = false);

  /// Lets rank 0 alone add `bytes` (a generous estimate) to the file, closes it and syncs it. Collective.
  void commit(Index bytes, std::function<void(hid_t file)> const& finishing);

 private:
  void guarded(std::function<void()> const& work);
  void close();

  MPI_Comm comm_ = MPI_COMM_NULL;  ///< owned
  std::string path_, shown_;
  Handle file_;                      ///< on rank 0
  MPI_File values_ = MPI_FILE_NULL;  ///< the same file
  int rank_ = 0;
  bool pending_ = true;  ///< the file, if there is one, is not whole
};

}  // namespace mollis::io
