#include "checkpoint/places.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "io/scratch.hpp"
#include "io/text.hpp"
#include "run/broadcast.hpp"
#include "run/error.hpp"

namespace mollis::checkpoint {
namespace {

bool is_root(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank == 0;
}

void rename_to(std::string const& from, std::string const& to, bool must_exist) {
  if (std::rename(from.c_str(), to.c_str()) == 0 || (!must_exist && errno == ENOENT)) return;
  throw run::Error(run::Exit::output_failed, fmt::format("{}: cannot be put in its place ({})", to, std::strerror(errno)));
}

bool is_there(MPI_Comm comm, std::string const& file) {
  int there = is_root(comm) && access(file.c_str(), F_OK) == 0 ? 1 : 0;
  MPI_Bcast(&there, 1, MPI_INT, 0, comm);
  return there != 0;
}

}  // namespace

void replace(MPI_Comm comm, std::string const& directory, std::string const& id, Content const& content) {
  std::optional<io::Scratch> scratch;
  std::string path;
  run::collectively(comm, [&] {
    if (is_root(comm)) path = scratch.emplace(directory).path() + "/" + newest;
  });
  run::broadcast(comm, path);
  write(comm, path, directory + "/" + newest, id, content);
  run::collectively(comm, [&] {
    if (!is_root(comm)) return;
    rename_to(directory + "/" + newest, directory + "/" + older, false);
    rename_to(path, directory + "/" + newest, true);
    io::sync(directory);
  });
}

std::optional<Content> find(MPI_Comm comm, std::string const& directory, run::Progress const& progress) {
  std::optional<run::Error> first;
  for (auto const* name : {newest, older}) {
    auto const path = directory + "/" + name;
    if (!is_there(comm, path)) continue;
    try {
      auto content = read(comm, path);
      progress.say(fmt::format("restart from {}", path));
      return content;
    } catch (run::Error const& error) {
      progress.complain(fmt::format("{}{}", error.what(), name == std::string(newest) && is_there(comm, directory + "/" + older)
                                                              ? "; the one before it is tried" : ""));
      if (!first) first = error;
    }
  }
  if (first) throw run::Error(first->code(), fmt::format("{}: no checkpoint there can be used", directory));
  return std::nullopt;
}

bool exists(MPI_Comm comm, std::string const& directory) {
  bool const one = is_there(comm, directory + "/" + newest), other = is_there(comm, directory + "/" + older);
  return one || other;
}

void remove(MPI_Comm comm, std::string const& directory) {
  if (!is_root(comm)) return;
  unlink((directory + "/" + newest).c_str());
  unlink((directory + "/" + older).c_str());
}

}  // namespace mollis::checkpoint
