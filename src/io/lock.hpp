#pragma once
/// Keeps other runs away from a place. By one rank.
#include <string>

namespace mollis::io {

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
