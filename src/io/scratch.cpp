#include "io/scratch.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "io/owner.hpp"
#include "io/text.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_failed(std::string const& directory) {
  throw run::Error(run::Exit::output_failed, fmt::format("{}: cannot write into this directory: {}; free space or choose another place",
                                                         directory, std::strerror(errno)));
}

/// Whether a temporary's owner is dead, or has not touched it for a day.
bool is_abandoned(std::string const& path, Owner const& owner) {
  constexpr std::time_t day = 24 * 3600;
  struct stat facts {};
  auto const life = life_of(owner);
  return life == Life::dead ||
         (life == Life::unknown && lstat(path.c_str(), &facts) == 0 && facts.st_mtime < std::time(nullptr) - day);
}

}  // namespace

Scratch::Scratch(std::string const& parent) : path_(parent + "/" + temporary_name(scratch_beginning)) {
  if (mkdir(path_.c_str(), 0777) != 0) throw_failed(parent);
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

void Scratch::keep_as(std::string const& path) {
  if (std::rename(path_.c_str(), path.c_str()) != 0) throw_failed(parent_of(path));
  path_.clear();
}

void sweep(std::string const& parent) {
  std::error_code ignored;
  for (auto const& name : names_in(parent)) {
    auto const path = parent + "/" + name;
    auto const scratch = owner_of_name(name, scratch_beginning), lock = owner_of_name(name, lock_in_the_making);
    if (scratch && is_abandoned(path, *scratch) && fs::is_directory(fs::symlink_status(path, ignored)))
      fs::remove_all(path, ignored);
    if (lock && is_abandoned(path, *lock)) unlink(path.c_str());
  }
}

std::vector<std::string> names_in(std::string const& directory) {
  std::vector<std::string> names;
  std::error_code reason;
  for (fs::directory_iterator i(directory, reason), end; !reason && i != end; i.increment(reason))
    names.push_back(i->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace mollis::io
