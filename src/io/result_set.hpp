#pragma once
/// The files of one run, which appear together: result.h5, result.xmf, history.csv, deck.toml, summary.json.
#include <mpi.h>

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "io/mark.hpp"
#include "io/protection.hpp"

namespace mollis::io {

/// Takes an output directory for the rest of this object's life and replaces the files in it as one (docs/files.md).
/// They are written into a scratch directory inside (made late: nobody
/// takes a young one for a dead run's); commit() then puts all of them in their places so that the
/// directory holds one whole run at any time, also where this one is killed. What else is in the directory stays.
/// Members are collective and throw run::Error on all ranks, but for the destructor: it is not collective, and leaves
/// no trace of a set that was not committed.
class ResultSet {
 public:
  /// Makes the directory, locks it, finishes or removes what a killed run left, and refuses to write over what is
  /// protected (protection.hpp). `names`: the files to come; `place` of the key that names the directory.
  ResultSet(MPI_Comm comm, std::string const& directory, std::vector<std::string> const& names = {},
            Protection const& protection = {}, run::Place const& place = {});
  ~ResultSet();
  ResultSet(ResultSet&&) noexcept;

  MPI_Comm comm() const;
  std::string const& id() const;  ///< of the run
  std::string path(std::string const& name) const;   ///< where a file of the set is to be written, after open()
  std::string shown(std::string const& name) const;  ///< and what messages call it: where it will be
  Checksums const& checksums() const;                ///< of the texts written so far

  /// Makes the scratch directory, where that was not done.
  void open();

  /// The text of rank 0 counts.
  void write_text(std::string const& name, std::string const& text);

  /// Adds `run` and `files` to the summary, writes it as summary.json and puts all files in their places. Where someone
  /// put something else there meanwhile, the set is left beside it, whole, and the error says where.
  void commit(nlohmann::ordered_json summary);

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace mollis::io
