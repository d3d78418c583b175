#pragma once
/// Directories in which files are written before they get their names. By one rank.
#include <string>
#include <vector>

namespace mollis::io {

/// How the names of temporaries begin (see temporary_name()).
inline constexpr char const* scratch_beginning = ".mollis-";
inline constexpr char const* lock_in_the_making = ".mollis-lock-";

/// A fresh directory, removed with what is in it at the end of this object's life.
class Scratch {
 public:
  explicit Scratch(std::string const& parent);  ///< run::Error output_failed
  ~Scratch();
  Scratch(Scratch const&) = delete;
  Scratch& operator=(Scratch const&) = delete;

  std::string const& path() const { return path_; }
  /// Renames it; it then outlives this object. run::Error output_failed.
  void keep_as(std::string const& path);

 private:
  std::string path_;
};

/// Removes what killed runs left of such directories and of locks in the making. What belongs to a process of another
/// host, which nobody can ask, goes when it is a day old.
void sweep(std::string const& parent);

/// Names in a directory, sorted; none where it cannot be read.
std::vector<std::string> names_in(std::string const& directory);

}  // namespace mollis::io
