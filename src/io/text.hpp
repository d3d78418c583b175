#pragma once
/// Small files and the directories they are in. By one rank; failures are run::Error output_failed.
#include <optional>
#include <string>
#include <vector>

namespace mollis::io {

/// Writes a file whole and syncs it; `shown` is what messages call it.
void write_text(std::string const& path, std::string const& text, std::string const& shown);

/// Nothing where it cannot be read.
std::optional<std::string> read_text(std::string const& path);

/// Syncs a file or a directory to disk.
void sync(std::string const& path);

/// The directory of a file; "." for a bare name.
std::string parent_of(std::string const& path);

/// A directory with its parents. Those that were missing are made, and go again at the end of this object's life where
/// nothing has come into them.
class MadeDirectory {
 public:
  MadeDirectory() = default;
  explicit MadeDirectory(std::string const& path);
  MadeDirectory(MadeDirectory&& other) noexcept;
  MadeDirectory& operator=(MadeDirectory&& other) noexcept;
  ~MadeDirectory();
  std::string const& path() const { return path_; }  ///< without links and ".."

 private:
  void remove_made() noexcept;

  std::string path_;
  std::vector<std::string> made_;  ///< the innermost last
};

}  // namespace mollis::io
