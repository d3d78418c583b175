#pragma once
/// Several files of a directory replaced as one. No call renames more than one file, but Linux can exchange two
/// directories: a stand-in with the whole new set takes the directory's name while the files in the directory itself are
/// replaced, one by one, and then hands it back. Whoever looks, whenever, sees the old set or the new one, and the
/// directory stays the same (people stand in it, other programs write there). By one rank.
///
/// A stand-in is made beside its directory and holds hard links to the new files and to everything else in there
/// (symbolic ones where there can be no hard ones).
#include <optional>
#include <string>
#include <vector>

namespace mollis::io {

/// Gives the name `directory` to a stand-in in which the files of `directory/set` are in place and those called `gone` are
/// not. Returns where the directory itself is now, or nothing, and all is as before, where that cannot be done: file
/// systems without exchange (NFS, Lustre, FAT), mount points, parents that cannot be written to, very many files.
std::optional<std::string> put_stand_in(std::string const& directory, std::string const& set,
                                        std::vector<std::string> const& gone);

/// The directory itself, where `directory` is a stand-in that a killed run left.
std::optional<std::string> find_stand_in(std::string const& directory);

/// Gives `directory` back its name and dissolves the stand-in; what others made in it meanwhile moves. False where the
/// names could not be exchanged.
bool withdraw_stand_in(std::string const& directory, std::string const& itself);

/// Dissolves what killed runs left of stand-ins beside a directory that has its name back.
void sweep_stand_ins(std::string const& directory);

}  // namespace mollis::io
