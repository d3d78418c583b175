#pragma once
/// The one format of checkpoints (docs/jobs.md): parts of a run by name, each a set of quantities, and what tells the run from
/// others. Independent of the number of ranks; every byte that is read back is under a checksum.
#include <mpi.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/quantities.hpp"

namespace mollis::checkpoint {

/// Of the format, what parts contain included. Files of another one are refused.
constexpr Index format_version = 3;

/// The program that marks (io/mark.hpp) checkpoints as its own.
inline constexpr char const* program = "mollis checkpoint";

/// Keys of the deck that matter to the answer, "section.key" and the value as text.
using Identity = std::vector<std::pair<std::string, std::string>>;

struct Content {
  std::map<std::string, Quantities> parts;
  Identity identity;
};

/// Writes and syncs a file; `shown` is what messages call it. run::Error output_failed. Collective.
void write(MPI_Comm comm, std::string const& path, std::string const& shown, std::string const& id, Content const& content);

/// Reads and verifies all of a file; fields come when they are asked for. run::Error: missing_input, bad_data (no checkpoint,
/// damaged, of another format). Collective.
Content read(MPI_Comm comm, std::string const& path);

}  // namespace mollis::checkpoint
