#pragma once
/// From a whole set of files in a directory of its own to the places of these files. By one rank.
#include <string>
#include <vector>

namespace mollis::io {

/// How the name of a set ends that is whole, and waits to be put in place.
inline constexpr char const* whole_end = ".whole";

/// Replaces the files of `directory` by those of `directory/set`, and removes what an earlier run wrote that the set
/// lacks; where that is possible behind a stand-in (stand_in.hpp), so that both happen at once. Everywhere else in one
/// go, summary.json last. The set's directory goes. run::Error output_failed.
void install(std::string const& directory, std::string const& set);

/// Finishes what a killed run began to install, and removes what it left of other temporaries. A set waits where one of
/// its files would replace something that Mollis did not write, unless told to overwrite.
void recover(std::string const& directory, bool overwrite);

/// The files of a set whose places are taken by something that Mollis did not write.
std::vector<std::string> taken_places(std::string const& directory, std::string const& set);

}  // namespace mollis::io
