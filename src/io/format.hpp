#pragma once
/// Formats of input files behind one small interface: describe what is there, read my part.
#include <mpi.h>

#include <memory>
#include <string>
#include <vector>

#include "io/dataset.hpp"

namespace mollis::io {

/// A box of a dataset in its own axes.
struct Slab {
  std::vector<Index> start, count;
  bool none = false;  ///< no points, whatever the counts are
  Index size() const;
};

/// An open dataset.
class Reader {
 public:
  virtual ~Reader() = default;
  /// The stored values of a box, row-major; the caller unpacks them. Collective for HDF5 (see Format::open). Throws
  /// run::Error, maybe on this rank alone.
  virtual void read(Slab const& slab, double* values) = 0;
};

class Format {
 public:
  virtual ~Format() = default;
  virtual std::string name() const = 0;                  ///< "HDF5"
  virtual std::vector<std::string> endings() const = 0;  ///< of the names of such files: ".h5", ".hdf5"
  virtual bool built_in() const = 0;                     ///< false: this program was built without the library
  virtual std::string package() const = 0;               ///< what to install then (Debian); "" where none is needed
  /// Is this such a file? By its first bytes, and by its name where these do not tell.
  virtual bool knows(std::string const& file, std::string const& head) const = 0;
  /// Names of the datasets, by one rank. Formats of one nameless array: one name, "".
  virtual std::vector<std::string> datasets(std::string const& file) const = 0;
  /// By one rank, before anyone opens it. Throws run::Error with file and dataset in it: missing_input where there is
  /// no such dataset, bad_data where it is damaged or does not hold real numbers.
  virtual Description describe(std::string const& file, std::string const& dataset) const = 0;
  /// Opens what describe() found. Collective on comm where the format reads in parallel (HDF5), else by any rank alone.
  virtual std::unique_ptr<Reader> open(MPI_Comm comm, std::string const& file,
                                       Description const& description) const = 0;
};

/// Every format that this source knows, built in or not.
std::vector<Format const*> formats();

/// The format of a readable file. Throws run::Error bad_data where none fits, or where the program was built without it
/// (with the package to install). By one rank or all.
Format const& format_of(std::string const& file);

/// Throws run::Error unless the calling rank can read the file.
void require_readable(std::string const& file);

/// The dataset that is meant by "": the only one, or the only one of most axes that is no coordinate. Throws
/// missing_input with the names of all where that is not one. By one rank.
Description describe(std::string const& file, std::string const& dataset);

/// Rank 0 looks, all learn what it saw. Collective.
Description describe_on_all(MPI_Comm comm, std::string const& file, std::string const& dataset);

}  // namespace mollis::io
