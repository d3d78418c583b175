#include "io/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "io/descriptor.hpp"
#include "io/owner.hpp"
#include "io/scratch.hpp"
#include "io/text.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

/// Whether the open directory still has that name.
bool is_named(int open, std::string const& directory) {
  struct stat one {}, other {};
  return fstat(open, &one) != 0 || stat(directory.c_str(), &other) != 0 ||
         (one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

/// Writes a new file, or leaves none.
void write_new(std::string const& file, std::string const& text, std::string const& place) {
  try {
    write_text(file, text, place);
  } catch (Error const&) {
    unlink(file.c_str());
    throw;
  }
}

/// Makes `file` with this text unless there is one. Written aside first, so that nobody ever reads half a lock.
bool make(std::string const& file, std::string const& text, std::string const& place) {
  auto const aside = parent_of(file) + "/" + temporary_name(lock_in_the_making);
  write_new(aside, text, place);
  bool const linked = link(aside.c_str(), file.c_str()) == 0;
  int const reason = errno;
  unlink(aside.c_str());
  if (linked || reason == EEXIST) return linked;
  Descriptor const made{open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};  // no hard links here
  if (made.value < 0 && errno == EEXIST) return false;
  if (made.value < 0) throw Error(Exit::output_failed, fmt::format("{}: cannot be written: {}", place, std::strerror(errno)));
  write_new(file, text, place);
  return true;
}

/// Removes a lock if it still is the one that was judged.
void remove_stale(std::string const& file, std::string const& text) {
  auto const aside = parent_of(file) + "/" + temporary_name(lock_in_the_making);
  if (std::rename(file.c_str(), aside.c_str()) != 0) return;
  if (read_text(aside) == text || link(aside.c_str(), file.c_str()) == 0) unlink(aside.c_str());
}

[[noreturn]] void throw_held(std::string const& file, std::string const& place, std::optional<Owner> const& owner) {
  if (owner && life_of(*owner) == Life::alive)
    throw Error(Exit::output_failed, fmt::format("{}: another run of Mollis writes here ({}); wait for its end, or choose "
                                                 "another place",
                                                 place, describe(*owner)));
  throw Error(Exit::output_failed,
              fmt::format("{}: another run of Mollis writes here ({}), or was killed; if it is over, remove {}", place,
                          owner ? describe(*owner) : "which one is not known", file));
}

}  // namespace

Turn::Turn(std::string const& directory) {
  for (int i = 0; i < 100; ++i) {
    directory_ = std::make_unique<Descriptor>(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    bool const taken = flock(directory_->value, LOCK_EX | LOCK_NB) == 0;
    if (taken ? is_named(directory_->value, directory) : errno != EWOULDBLOCK) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

Lock::Lock(std::string file, std::string const& place) : file_(std::move(file)) {
  text_ = text_of(this_process()) + "lock " + random_id() + "\n";
  Turn const turn(parent_of(file_));
  for (int i = 0; i < 10; ++i) {
    if (make(file_, text_, place)) return;
    auto const text = read_text(file_);
    if (!text) continue;  // gone in the meantime
    auto const owner = owner_of(*text);
    if (!owner || life_of(*owner) != Life::dead) throw_held(file_, place, owner);
    remove_stale(file_, *text);
  }
  throw_held(file_, place, std::nullopt);
}

Lock::~Lock() {
  if (read_text(file_) == text_) unlink(file_.c_str());
}

}  // namespace mollis::io
