#pragma once
/// Small files and the directory they are in.
#include <mpi.h>

#include <string>

namespace mollis::io {

/// Makes the directory and its parents where they are missing. Rank 0 does it; run::Error output_failed. Collective.
void make_directory(MPI_Comm comm, std::string const& directory);

/// Replaces the file whole (written beside it, synced, renamed), so that a reader sees the old or the new one and a
/// failure leaves the old one. The text of rank 0 counts. run::Error output_failed. Collective.
void write_text_atomically(MPI_Comm comm, std::string const& path, std::string const& text);

/// The name under which a file is written before it is renamed.
std::string partial_name(std::string const& path);

/// Syncs the partial file to disk and gives it its name. By one rank; run::Error output_failed.
void publish(std::string const& path);

}  // namespace mollis::io
