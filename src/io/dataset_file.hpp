#pragma once
/// Files of observations, as `mollis forward` makes them.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "grid/grid.hpp"
#include "io/attributes.hpp"
#include "io/protection.hpp"
#include "kernels/field.hpp"

namespace mollis::io {

/// The files that one run replaces, taken for the rest of this object's life: locked, and refused where they are
/// protected (protection.hpp) or hold anything that this program did not write. Links are followed. Members are
/// collective and throw run::Error on all ranks, but for the destructor: it is not collective, and leaves no trace of what
/// was not committed.
class DatasetFiles {
 public:
  struct Wanted {
    std::string file;
    run::Place place;  ///< of the key that names it
  };

  /// Makes their directories. `files` may hold one file many times.
  DatasetFiles(MPI_Comm comm, std::vector<Wanted> const& files, Protection const& protection = {});
  ~DatasetFiles();
  DatasetFiles(DatasetFiles&&) noexcept;

  /// Where the n-th file really is: equal for two names of one file.
  std::string const& path(std::size_t n) const;

  /// Named 1D datasets, on rank 0.
  using Columns = std::vector<std::pair<std::string, std::vector<double>>>;

  /// One dataset a field, all over the same grid, and one dataset of coordinates an axis, named like the axis (left out
  /// where a field has that name, or where there are no fields); once for each of the paths. Columns besides.
  void write(grid::Grid const& grid, std::string const& path, std::vector<std::pair<std::string, Field>> const& fields,
             Attributes const& attributes = {}, Columns const& columns = {});

  /// Gives all files their names.
  void commit();

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace mollis::io
