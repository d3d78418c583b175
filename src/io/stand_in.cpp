#include "io/stand_in.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "io/owner.hpp"
#include "io/lock.hpp"
#include "io/scratch.hpp"
#include "io/text.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

namespace fs = std::filesystem;

constexpr char const* mark = ".mollis-stand-in";  ///< a file that stand-ins hold: their first name
constexpr std::size_t most_links = 1000;

bool exchange(std::string const& one, std::string const& other) {
#if defined(SYS_renameat2) && defined(RENAME_EXCHANGE)
  return syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0;
#else
  return false;
#endif
}

std::string name_of(std::string const& path) { return fs::path(path).filename().string(); }

/// What stand-ins of a directory are called before it is one of them begin like this.
std::string prefix_of(std::string const& directory) { return "." + name_of(directory) + ".mollis-"; }

/// What a symbolic link in a stand-in says: the way to the directory itself, while that has the stand-in's first name.
std::string target_of(std::string const& stand_in, std::string const& entry) {
  return "../" + name_of(stand_in) + "/" + entry;
}

bool links(std::string const& from, std::string const& to, std::string const& otherwise) {
  return link(from.c_str(), to.c_str()) == 0 || symlink(otherwise.c_str(), to.c_str()) == 0;
}

bool contains(std::vector<std::string> const& names, std::string const& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Mode and group of the directory, so that nobody is locked out, and nobody let in, meanwhile.
bool make_like(std::string const& directory, std::string const& stand_in) {
  struct stat facts {};
  if (stat(directory.c_str(), &facts) != 0 || mkdir(stand_in.c_str(), 0700) != 0) return false;
  bool const owned = chown(stand_in.c_str(), static_cast<uid_t>(-1), facts.st_gid) == 0 || facts.st_gid == getegid();
  return owned && chmod(stand_in.c_str(), facts.st_mode & 07777) == 0;
}

bool fill(std::string const& directory, std::string const& stand_in, std::string const& set,
          std::vector<std::string> const& gone) {
  auto const fresh = names_in(directory + "/" + set), all = names_in(directory);
  if (all.size() > most_links) return false;
  for (auto const& name : fresh) {
    if (link((directory + "/" + set + "/" + name).c_str(), (stand_in + "/" + name).c_str()) != 0) return false;
  }
  return std::all_of(all.begin(), all.end(), [&](auto const& name) {
    return contains(gone, name) || contains(fresh, name) ||
           links(directory + "/" + name, stand_in + "/" + name, target_of(stand_in, name));
  });
}

/// Removes an entry of a stand-in. A file that has another name is safe under that; one without was made by someone else
/// while the stand-in had the directory's name, and is moved there.
void dissolve_entry(std::string const& stand_in, std::string const& first_name, std::string const& directory,
                    std::string const& name) {
  auto const path = stand_in + "/" + name;
  struct stat facts {};
  if (lstat(path.c_str(), &facts) != 0) return;
  std::error_code ignored;
  bool const ours = name == mark || name == directory_lock || (!S_ISDIR(facts.st_mode) && facts.st_nlink > 1) ||
                    (S_ISLNK(facts.st_mode) && fs::read_symlink(path, ignored) == target_of(first_name, name));
  if (ours)
    unlink(path.c_str());
  else
    std::rename(path.c_str(), (directory + "/" + name).c_str());
}

/// `stand_in` is its name, and was at first.
void dissolve(std::string const& stand_in, std::string const& directory) {
  for (auto const& name : names_in(stand_in))
    if (name != mark) dissolve_entry(stand_in, stand_in, directory, name);
  dissolve_entry(stand_in, stand_in, directory, mark);
  rmdir(stand_in.c_str());
}

}  // namespace

std::optional<StandIn> put_stand_in(std::string const& directory, std::string const& set,
                                    std::vector<std::string> const& gone) {
  auto const stand_in = parent_of(directory) + "/" + temporary_name(prefix_of(directory));
  if (!make_like(directory, stand_in)) return std::nullopt;
  try {
    write_text(stand_in + "/" + mark, name_of(stand_in), stand_in);
    if (fill(directory, stand_in, set, gone)) {
      sync(stand_in);
      StandIn standing{stand_in, Turn(stand_in)};
      if (exchange(directory, stand_in)) return standing;
    }
  } catch (run::Error const&) {  // no space for it: the files are replaced without
  }
  dissolve(stand_in, directory);
  return std::nullopt;
}

std::optional<StandIn> find_stand_in(std::string const& directory) {
  auto const text = read_text(directory + "/" + mark);
  if (!text) return std::nullopt;
  auto const itself = parent_of(directory) + "/" + *text;
  std::error_code ignored;
  bool const there = owner_of_name(*text, prefix_of(directory)) && fs::is_directory(fs::symlink_status(itself, ignored));
  if (!there) return std::nullopt;
  return StandIn{itself, Turn(directory)};
}

bool withdraw_stand_in(std::string const& directory, std::string const& itself) {
  auto const held = directory + "/" + directory_lock, stale = itself + "/" + directory_lock;
  std::error_code ignored;
  if (!fs::equivalent(held, stale, ignored)) {  // the one in there is of the run that was killed
    unlink(stale.c_str());
    if (link(held.c_str(), stale.c_str()) != 0) return false;
  }
  if (!exchange(directory, itself)) return false;
  dissolve(itself, directory);
  return true;
}

void sweep_stand_ins(std::string const& directory) {
  unlink((directory + "/" + mark).c_str());  // of a copy of a stand-in, that is
  auto const parent = parent_of(directory);
  for (auto const& name : names_in(parent)) {
    auto const path = parent + "/" + name;
    auto const owner = owner_of_name(name, prefix_of(directory));
    if (!owner || life_of(*owner) == Life::alive) continue;
    std::error_code ignored;
    if (fs::exists(path + "/" + mark, ignored))
      dissolve(path, directory);
    else
      rmdir(path.c_str());  // killed at birth, and empty
  }
}

}  // namespace mollis::io
