#pragma once
/// Keeps other runs away from a place. By one rank.
#include <memory>
#include <string>

#include "io/descriptor.hpp"

namespace mollis::io {

/// One process of a host at a time does what concerns many entries of a directory, and is done in no time: judging a lock,
/// exchanging the directory (stand_in.hpp). Waits for a second at most: where the file system has no such locks, or
/// someone else sits on the directory, all go on without.
class Turn {
 public:
  explicit Turn(std::string const& directory);

 private:
  std::unique_ptr<Descriptor> directory_;
};

/// The lock of a directory of results.
inline constexpr char const* directory_lock = ".mollis-lock";

/// A small text file that names the process which holds it. Made by linking (whole or not at all, on network file
/// systems too), removed at the end of this object's life. One that a dead process left is taken over.
class Lock {
 public:
  /// `place` is what messages call what is locked. run::Error output_failed where a process that lives, or may live,
  /// holds it: who, where, since when.
  Lock(std::string file, std::string const& place);
  ~Lock();
  Lock(Lock const&) = delete;
  Lock& operator=(Lock const&) = delete;

 private:
  std::string file_, text_;  ///< text: what the file holds while it is this one's
};

}  // namespace mollis::io
