#pragma once
/// Several files of a directory replaced as one. No call renames more than one file, but Linux can exchange two
/// directories: a stand-in with the whole new set takes the directory's name while the files in the directory itself are
/// replaced, one by one, and then hands it back. Whoever looks, whenever, sees the old set or the new one, and the
/// directory stays the same (people stand in it, other programs write there). By one rank.
///
/// A stand-in is made beside its directory and holds hard links to the new files and to everything else in there
/// (symbolic ones where there can be no hard ones). It has the name for a millisecond or so, or until the next run where
/// this one is killed just then; what others change in a file or put into the directory meanwhile stays, what they delete
/// or rename may come back under its old name.
#include <optional>
#include <string>
#include <vector>

#include "io/lock.hpp"

namespace mollis::io {

struct StandIn {
  std::string itself;  ///< where the directory itself is
  Turn turn;           ///< in the stand-in
};

/// Gives the name `directory` to a stand-in in which the files of `directory/set` are in place and those called `gone` are
/// not. Returns nothing, and all is as before, where that cannot be done: file
/// systems without exchange (NFS, Lustre, FAT), mount points, parents that cannot be written to, very many files.
std::optional<StandIn> put_stand_in(std::string const& directory, std::string const& set,
                                    std::vector<std::string> const& gone);

/// The stand-in that a killed run left under the name `directory`.
std::optional<StandIn> find_stand_in(std::string const& directory);

/// Gives `directory` back its name and dissolves the stand-in; what others made in it meanwhile moves. False where the
/// names could not be exchanged.
bool withdraw_stand_in(std::string const& directory, std::string const& itself);

/// Dissolves what killed runs left of stand-ins beside a directory that has its name back.
void sweep_stand_ins(std::string const& directory);

}  // namespace mollis::io
