#include "io/dataset_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <list>
#include <map>

#include "io/lock.hpp"
#include "io/mark.hpp"
#include "io/output_file.hpp"
#include "io/owner.hpp"
#include "io/scratch.hpp"
#include "io/small_datasets.hpp"
#include "io/text.hpp"
#include "run/broadcast.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

namespace fs = std::filesystem;

constexpr char const* program = "mollis forward";

/// The lock of a file, beside it; names may be as long as file systems allow.
std::string lock_of(std::string const& path) {
  return fmt::format("{}/.{}.mollis-lock", parent_of(path), fs::path(path).filename().string().substr(0, 200));
}

[[noreturn]] void throw_failed(std::string const& path) {
  throw run::Error(run::Exit::output_failed,
                   fmt::format("{}: cannot be written: {}; name another file", path, std::strerror(errno)));
}

}  // namespace

struct DatasetFiles::Data {
  MPI_Comm comm = MPI_COMM_NULL;
  int rank = 0;
  std::string id;
  bool overwrite = false;
  std::vector<std::string> paths;            ///< of the files as wanted
  std::list<MadeDirectory> made;             ///< outlive the locks in them
  std::map<std::string, Lock> locks;         ///< by path
  std::map<std::string, Scratch> scratches;  ///< by path

  void take(std::vector<Wanted> const& files, Protection const& protection);
  void rename_all();
};

void DatasetFiles::Data::take(std::vector<Wanted> const& files, Protection const& protection) {
  auto const refuse = [&] {
    std::vector<Target> targets;
    for (std::size_t n = 0; n < files.size(); ++n) {
      auto const& path = paths[n];
      targets.push_back({path, files[n].place, "name another file", [path] { return is_marked(path, program); }});
    }
    refuse_overwriting(targets, protection);
  };
  for (auto const& wanted : files) {
    std::error_code reason;
    auto const real = fs::canonical(wanted.file, reason);  // follows links
    paths.push_back(reason ? wanted.file : real.string());
  }
  refuse();
  for (auto& path : paths) {
    made.emplace_back(parent_of(path));
    path = made.back().path() + "/" + fs::path(path).filename().string();
    struct stat facts {};
    if (lstat(path.c_str(), &facts) != 0 && errno != ENOENT) throw_failed(path);  // a name that is too long, say
  }
  for (auto const& path : paths) {
    if (locks.count(path) != 0) continue;
    locks.try_emplace(path, lock_of(path), path);
    sweep(parent_of(path));
  }
  refuse();
  id = random_id();
}

DatasetFiles::DatasetFiles(MPI_Comm comm, std::vector<Wanted> const& files, Protection const& protection)
    : data_(std::make_unique<Data>()) {
  data_->comm = comm;
  data_->overwrite = protection.overwrite;
  MPI_Comm_rank(comm, &data_->rank);
  run::collectively(comm, [&] {
    if (data_->rank == 0) data_->take(files, protection);
  });
  data_->paths.resize(files.size());
  for (auto& path : data_->paths) run::broadcast(comm, path);
}

DatasetFiles::~DatasetFiles() = default;
DatasetFiles::DatasetFiles(DatasetFiles&&) noexcept = default;

std::string const& DatasetFiles::path(std::size_t n) const { return data_->paths.at(n); }

void DatasetFiles::write(grid::Grid const& grid, std::string const& path,
                         std::vector<std::pair<std::string, Field>> const& fields, Attributes const& attributes, Columns const& columns) {
  std::string partial;
  run::collectively(data_->comm, [&] {
    if (data_->rank == 0) partial = data_->scratches.try_emplace(path, parent_of(path)).first->second.path() + "/data.h5";
  });
  run::broadcast(data_->comm, partial);
  OutputFile output(data_->comm, partial, path);
  for (auto const& [name, field] : fields) output.write(grid, name, field);
  Index bytes = coordinate_bytes(grid.axes());
  for (auto const& [name, values] : columns) bytes += static_cast<Index>(values.size() * sizeof(double));
  output.commit(bytes, [&](hid_t id) {
    for (auto const& [name, values] : columns) write_vector(id, name, values);
    for (grid::Axis const& axis : grid.axes()) {
      if (!fields.empty() && H5Lexists(id, axis.name.c_str(), H5P_DEFAULT) <= 0) write_coordinates(id, axis.name, axis);
    }
    write_attributes(id, attributes);
    write_mark(id, program, data_->id);
  });
}

void DatasetFiles::Data::rename_all() {
  for (auto const& [path, scratch] : scratches) {
    std::error_code ignored;
    bool const there = fs::exists(fs::symlink_status(path, ignored));
    if (there && !overwrite && !is_marked(path, program))
      throw run::Error(run::Exit::output_failed, path + ": appeared or changed during this run and would be written over; move it");
  }
  for (auto const& [path, scratch] : scratches) {
    if (std::rename((scratch.path() + "/data.h5").c_str(), path.c_str()) != 0)
      throw_failed(path);
    sync(parent_of(path));
  }
}

void DatasetFiles::commit() {
  run::collectively(data_->comm, [&] {
    if (data_->rank == 0) data_->rename_all();
  });
}

}  // namespace mollis::io
