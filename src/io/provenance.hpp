#pragma once
/// What a run was: enough to repeat it. Written as attributes of the file's root.
#include <string>

#include "io/attributes.hpp"

namespace mollis::io {

struct Provenance {
  std::string program = "mollis";
  std::string version, revision;  ///< of the sources, "-dirty" where they were changed
  std::string build;              ///< build type, compiler and flags
  std::string libraries;          ///< MPI, PETSc, HDF5, Kokkos and its back end
  std::string hosts, ranks, job;  ///< where it ran; ranks x threads x devices; the batch system's number
  std::string started, finished;  ///< ISO 8601, UTC
  std::string command_line;
  std::string deck, effective_deck;  ///< as given, and with defaults and automatic picks
  std::string inputs;                ///< files read, with sizes or hashes
};

/// The entries that are not empty, under their names above.
Attributes attributes_of(Provenance const& provenance);

}  // namespace mollis::io
