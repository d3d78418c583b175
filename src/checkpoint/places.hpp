#pragma once
/// The checkpoints of an output directory: the newest, and the one before it.
#include <mpi.h>

#include <optional>
#include <string>

#include "checkpoint/file.hpp"
#include "run/progress.hpp"

namespace mollis::checkpoint {

inline constexpr char const* newest = "checkpoint.h5";
inline constexpr char const* older = "checkpoint.old.h5";
inline constexpr char const* stop_file = "stop";   ///< in the output directory: asks the run to stop

/// Writes a checkpoint beside and renames it, the newest so far to the older one. A process that is killed meanwhile leaves at
/// least one of them whole. run::Error output_failed. Collective.
void replace(MPI_Comm comm, std::string const& directory, std::string const& id, Content const& content);

/// The newest that is whole, with a line where it is not the newest; nothing where there is none at all. run::Error bad_data
/// where none that is there can be used. Collective.
std::optional<Content> find(MPI_Comm comm, std::string const& directory, run::Progress const& progress);

/// Whether there is one. Collective.
bool exists(MPI_Comm comm, std::string const& directory);

/// Removes them. Collective; failures are not told.
void remove(MPI_Comm comm, std::string const& directory);

}  // namespace mollis::checkpoint
