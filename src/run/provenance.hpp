#pragma once
/// What a run was: versions, build, machine, command. Fixed at build time where it can be.
#include <mpi.h>

#include <string>
#include <vector>

namespace mollis::run {

using Facts = std::vector<std::pair<std::string, std::string>>;

/// Versions of Mollis (with git revision) and of its libraries, compiler and flags, Kokkos backend.
Facts versions();

/// "mollis 0.1.0 (GIT REVISION)".
std::string version();

/// versions() and this run: command line, ranks, threads, hosts, Slurm job, start time (UTC). Collective.
Facts provenance(MPI_Comm comm, std::string const& command_line);

/// "key: value" lines.
std::string as_text(Facts const& facts);

}  // namespace mollis::run
