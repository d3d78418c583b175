#include "io/result_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "io/install.hpp"
#include "io/lock.hpp"
#include "io/owner.hpp"
#include "io/scratch.hpp"
#include "io/text.hpp"
#include "run/broadcast.hpp"
#include "run/error.hpp"

namespace mollis::io {

/// What rank 0 holds; what the others need to know of it is shared.
struct ResultSet::Data {
  MPI_Comm comm = MPI_COMM_NULL;
  int rank = 0;
  std::string directory, id, scratch_path;  ///< directory as given
  bool overwrite = false;
  Checksums checksums;
  // In the order in which they must be made; they go in the opposite one.
  MadeDirectory made;
  std::optional<Lock> lock;
  std::optional<Scratch> scratch;

  void take(std::vector<std::string> const& names, Protection const& protection, run::Place const& place);
  void install_all();
};

void ResultSet::Data::take(std::vector<std::string> const& names, Protection const& protection, run::Place const& place) {
  auto const refuse = [&](std::string const& at) {
    std::vector<Target> targets;
    for (std::string const& name : names)
      targets.push_back({directory + "/" + name, place, "choose another [output] directory",
                         [at, name] { return is_own_result(at, name); }});
    refuse_overwriting(targets, protection);
  };
  try {
    refuse(directory);  // before anything is touched
  } catch (run::Error const&) {
    Turn const turn(directory);  // another run may just have put its results there: old ones and new ones do not match
    refuse(directory);
  }
  made = MadeDirectory(directory);
  lock.emplace(made.path() + "/" + directory_lock, directory);
  recover(made.path(), protection.overwrite);
  refuse(made.path());  // no other run can come in between any more
  id = random_id();
}

ResultSet::ResultSet(MPI_Comm comm, std::string const& directory, std::vector<std::string> const& names,
                     Protection const& protection, run::Place const& place)
    : data_(std::make_unique<Data>()) {
  data_->comm = comm;
  data_->directory = (std::filesystem::path(directory) / "").parent_path().string();  // no "/" at its end
  data_->overwrite = protection.overwrite;
  MPI_Comm_rank(comm, &data_->rank);
  run::collectively(comm, [&] {
    if (data_->rank == 0) data_->take(names, protection, place);
  });
  run::broadcast(comm, data_->id);
}

ResultSet::~ResultSet() = default;
ResultSet::ResultSet(ResultSet&&) noexcept = default;

MPI_Comm ResultSet::comm() const { return data_->comm; }
std::string const& ResultSet::id() const { return data_->id; }
std::string ResultSet::path(std::string const& name) const { return data_->scratch_path + "/" + name; }
std::string ResultSet::shown(std::string const& name) const { return data_->directory + "/" + name; }
Checksums const& ResultSet::checksums() const { return data_->checksums; }

void ResultSet::open() {
  if (!data_->scratch_path.empty()) return;
  run::collectively(data_->comm, [&] {
    if (data_->rank == 0) data_->scratch_path = data_->scratch.emplace(data_->made.path()).path();
  });
  run::broadcast(data_->comm, data_->scratch_path);
}

void ResultSet::write_text(std::string const& name, std::string const& text) {
  open();
  run::collectively(data_->comm, [&] {
    if (data_->rank != 0) return;
    io::write_text(path(name), text, shown(name));
    data_->checksums[name] = checksum(text);
  });
}

void ResultSet::Data::install_all() {
  auto const set = scratch_path.substr(made.path().size() + 1);
  if (auto const taken = taken_places(made.path(), set); !taken.empty() && !overwrite) {
    auto const kept = fmt::format("{}/mollis-run-{}", made.path(), id);
    scratch->keep_as(kept);
    throw run::Error(run::Exit::output_failed,
                     fmt::format("{}: {} appeared or changed during this run and would be written over; all results of the run "
                                 "are in {}",
                                 directory, fmt::join(taken, ", "), kept));
  }
  scratch->keep_as(scratch_path + whole_end);
  install(made.path(), set + whole_end);
}

void ResultSet::commit(nlohmann::ordered_json summary) {
  summary["run"] = data_->id;
  summary["files"] = data_->checksums;
  write_text("summary.json", summary.dump(2) + "\n");
  run::collectively(data_->comm, [&] {
    if (data_->rank != 0) return;
    sync(data_->scratch_path);
    data_->install_all();
  });
}

}  // namespace mollis::io
